-- The index: what the chain said (log), what that means (read model), and what is to be told
-- (outbox). All of it changes in one transaction with the cursor.

-- Versions of index records. It begins at the time of day in microseconds, so that an index built
-- anew on an empty database is newer than what Kafka still holds of the one before.
create sequence index_version;
select setval('index_version', (extract(epoch from clock_timestamp()) * 1000000)::bigint);

-- Where the index stands: one row, none before the first block was applied.
create table cursor (
  one          boolean primary key default true check (one),
  block_number bigint not null,
  block_hash   text   not null,
  final_number bigint              -- blocks up to here cannot change; null while none is final
);

-- Applied blocks, to find where a fork began and to see whether a second reading tells the same
-- logs: all that can still change, and the last final one.
create table blocks (
  number bigint primary key,
  hash   text not null,
  logs   text[] not null           -- a fingerprint of each log that was read in it
);

-- The log that everything below is folded from.
create table events (
  block_number bigint not null,
  log_index    bigint not null,
  block_hash   text   not null,
  tx_hash      text   not null,
  kind         text   not null,    -- the contract's name of the event
  payload      text   not null,    -- its arguments as JSON; text, as jsonb refuses \u0000
  primary key (block_number, log_index)
);

-- Whom each event concerns: data-set:fwss/12, piece:fwss/12/7, provider:fwss/3, payer:0x…
create table event_entities (
  entity       text collate "C" not null,
  block_number bigint not null,
  log_index    bigint not null,
  primary key (entity, block_number, log_index)
);
create index event_entities_by_block on event_entities (block_number);

-- Logs that bear the hash of a known event, but not its form: to be looked at by a person.
create table undecodable_logs (
  block_number bigint not null,
  log_index    bigint not null,
  block_hash   text   not null,
  tx_hash      text   not null,
  address      text   not null,
  topics       text[] not null,
  data         text   not null,
  reason       text   not null,
  primary key (block_number, log_index)
);

-- The read model: one row for each record of the index topics, as it was published.
create table data_sets (
  id                          text primary key,  -- fwss/12
  payer                       text    not null,
  provider                    text    not null,
  payee                       text    not null,
  with_cdn                    boolean not null,
  deleted                     boolean not null,
  pdp_rail                    bigint,
  pdp_rail_end                bigint,
  cache_miss_rail             bigint,
  cache_miss_rail_end         bigint,
  cdn_rail                    bigint,
  cdn_rail_end                bigint,
  cdn_topped_up_final         numeric(78) not null,
  cdn_topped_up_unfinal       numeric(78) not null,
  cache_miss_topped_up_final  numeric(78) not null,
  cache_miss_topped_up_unfinal numeric(78) not null,
  cdn_reported_final          bigint  not null,
  cdn_reported_unfinal        bigint  not null,
  cache_miss_reported_final   bigint  not null,
  cache_miss_reported_unfinal bigint  not null,
  last_reported_epoch         bigint,
  cdn_settled                 numeric(78) not null,
  cache_miss_settled          numeric(78) not null,
  as_of_block                 bigint  not null,
  version                     bigint  not null
);
create index data_sets_by_payer on data_sets (payer);
create index data_sets_by_pdp_rail on data_sets (pdp_rail);
create index data_sets_by_cache_miss_rail on data_sets (cache_miss_rail);
create index data_sets_by_cdn_rail on data_sets (cdn_rail);

create table pieces (
  data_set    text   not null,
  piece_id    bigint not null,
  piece_cid   text   not null,
  root        bytea  not null,     -- what v1 and v2 of a PieceCID share
  payer       text   not null,
  metadata    text   not null,     -- JSON
  as_of_block bigint not null,
  version     bigint not null,
  primary key (data_set, piece_id)
);
create index pieces_by_cid on pieces (piece_cid);
create index pieces_by_root on pieces (root);

create table providers (
  id          text primary key,    -- fwss/3
  service_url text,
  removed     boolean not null,
  as_of_block bigint  not null,
  version     bigint  not null
);

create table payers (
  address     text primary key,
  sanctioned  boolean not null default false,
  screened_at timestamptz,
  as_of_block bigint  not null,
  version     bigint  not null
);

-- What screenings have told of addresses, payers or not (any more).
create table screenings (
  address     text primary key,
  sanctioned  boolean     not null,
  screened_at timestamptz not null
);

-- Each rail and whose it is.
create view rails (rail_id, data_set, kind, end_epoch) as
  select pdp_rail, id, 'pdp', pdp_rail_end from data_sets where pdp_rail is not null
  union all
  select cache_miss_rail, id, 'cacheMiss', cache_miss_rail_end from data_sets
    where cache_miss_rail is not null
  union all
  select cdn_rail, id, 'cdn', cdn_rail_end from data_sets where cdn_rail is not null;

-- What money and reports are made of, one row an event.
create view top_ups as
  select block_number, log_index, payload::json ->> 'dataSet' as data_set,
         (payload::json ->> 'cdnAmountAdded')::numeric as cdn_amount,
         (payload::json ->> 'cacheMissAmountAdded')::numeric as cache_miss_amount
  from events where kind = 'CDNPaymentRailsToppedUp';

create view reports as
  select block_number, log_index, payload::json ->> 'dataSet' as data_set,
         payload::json ->> 'operator' as operator,
         (payload::json ->> 'fromEpoch')::bigint as from_epoch,
         (payload::json ->> 'toEpoch')::bigint as to_epoch,
         (payload::json ->> 'cdnBytesUsed')::bigint as cdn_bytes,
         (payload::json ->> 'cacheMissBytesUsed')::bigint as cache_miss_bytes
  from events where kind = 'UsageReported';

create view settlements as
  select block_number, log_index, payload::json ->> 'dataSet' as data_set,
         case kind when 'CDNSettlement' then 'cdn' else 'cacheMiss' end as rail,
         coalesce(payload::json ->> 'cdnAmount', payload::json ->> 'cacheMissAmount')::numeric
           as amount
  from events where kind in ('CDNSettlement', 'CacheMissSettlement');

-- What is to be published: the newest state of each key, null for its removal. A row leaves only
-- after Kafka has acknowledged it.
create table outbox (
  topic   text   not null,
  key     text   not null,
  value   text,
  version bigint not null unique,
  primary key (topic, key)
);
