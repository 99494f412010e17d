-- What was served in an hour or a day, summed up along one dimension at a time. Hours are kept for a
-- week or so, days for years.
create table series (
  dimension text collate "C" not null,
  value text collate "C" not null,
  daily boolean not null,
  bucket timestamptz not null,
  cdn_bytes bigint not null default 0,
  cache_miss_bytes bigint not null default 0,
  requests bigint not null default 0,
  cache_miss_requests bigint not null default 0,
  unbilled_bytes bigint not null default 0,
  primary key (dimension, value, daily, bucket)
) with (fillfactor = 80);

-- For the largest of a dimension, and for what is too old.
create index series_bucket on series (dimension, daily, bucket);

alter table data_set add column provider text collate "C";
create index data_set_provider on data_set (provider);
