-- What quotas are reckoned from, out of the records of data sets: read for each lease, and for all
-- data sets of a payer at once, where reading whole records would take longest.
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
