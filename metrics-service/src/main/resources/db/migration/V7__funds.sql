-- What quotas are reckoned from, out of the records of data sets: looked at for each lease, and for
-- all data sets of a payer at once, where whole records would take longest. The index holds all that
-- a payer's sums need.
alter table data_set
  add column cdn_final numeric(78)
    generated always as ((record -> 'topUps' ->> 'cdnFinal')::numeric) stored,
  add column cdn_unfinal numeric(78)
    generated always as ((record -> 'topUps' ->> 'cdnUnfinal')::numeric) stored,
  add column cache_miss_final numeric(78)
    generated always as ((record -> 'topUps' ->> 'cacheMissFinal')::numeric) stored,
  add column cache_miss_unfinal numeric(78)
    generated always as ((record -> 'topUps' ->> 'cacheMissUnfinal')::numeric) stored,
  add column has_cdn_rail boolean
    generated always as (jsonb_exists(record, 'cdnRail')) stored,
  add column served boolean
    generated always as (
      (record ->> 'withCdn')::boolean and not (record ->> 'deleted')::boolean) stored;

drop index data_set_payer;
create index data_set_payer on data_set (payer) include
  (data_set, cdn_final, cdn_unfinal, cache_miss_final, cache_miss_unfinal, has_cdn_rail);

-- A provider's statement is about cache misses only.
drop index settled_event_data_set;
create index settled_event_statement on settled_event (data_set, epoch) include (bytes, amount)
  where quota = 'cacheMiss';
