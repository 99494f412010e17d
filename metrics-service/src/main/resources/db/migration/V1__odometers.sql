-- How far each journal was applied: within journal and partition, every sequence up to this one
-- was counted once. parked says how many later ones wait for a gap before them to fill.
create table watermark (
  journal uuid not null,
  partition int not null,
  sequence bigint not null default 0,
  parked int not null default 0,
  primary key (journal, partition),
  check (sequence >= 0 and parked >= 0)
);

create index watermark_parked on watermark (journal, partition) where parked > 0;

-- Records that came before one of their predecessors, as they came.
create table parked (
  journal uuid not null,
  partition int not null,
  sequence bigint not null,
  source_partition int not null,
  source_offset bigint not null,
  value bytea not null,
  parked_at timestamptz not null default now(),
  primary key (journal, partition, sequence)
);

-- Where reading goes on in each partition of a topic, as of the same transaction as all else here.
create table intake_offset (
  topic text not null,
  partition int not null,
  next_offset bigint not null,
  primary key (topic, partition)
);

-- The totals of a data set; they only grow. version counts the changes, and published_version is
-- the one that filcdn.usage has. Room is left in each page, as the same rows change all the time.
create table odometer (
  data_set text collate "C" primary key,
  count_generation bigint not null default 1,
  cdn_bytes bigint not null,
  cache_miss_bytes bigint not null,
  requests bigint not null,
  cache_miss_requests bigint not null,
  as_of bigint not null,
  version bigint not null default 1,
  published_version bigint not null default 0,
  check (cdn_bytes >= 0 and cache_miss_bytes >= 0 and requests >= 0 and cache_miss_requests >= 0)
) with (fillfactor = 70);

create index odometer_unpublished on odometer (data_set) where published_version < version;

-- What was served and nobody pays for.
create table unbilled (
  data_set text collate "C" not null,
  reason text not null,
  requests bigint not null,
  bytes bigint not null,
  fill_bytes bigint not null,
  primary key (data_set, reason),
  check (requests >= 0 and bytes >= 0 and fill_bytes >= 0)
);

-- Data sets as the index tells them: the whole record of the newest version, and what is looked
-- for in it.
create table data_set (
  data_set text collate "C" primary key,
  payer text collate "C" not null,
  version bigint not null,
  record jsonb not null
);

create index data_set_payer on data_set (payer);

-- Dead letters until filcdn.dead-letters has them.
create table dead_letter (
  id bigint generated always as identity primary key,
  source_topic text not null,
  payload bytea not null
);
