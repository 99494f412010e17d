-- Dead letters stay after Kafka has them, so that operators can list and replay them.
alter table dead_letter
  add column source_partition int not null default 0,
  add column source_offset bigint not null default 0,
  add column dead_since timestamptz not null default now(),
  add column published boolean not null default false,
  add column replayed_at timestamptz;

create index dead_letter_unpublished on dead_letter (id) where not published;
create index dead_letter_source on dead_letter (source_topic, source_partition, source_offset);

-- What operators, or the service in their stead, decided about bytes and money.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  action text not null,
  subject text not null,
  detail text not null
);

-- Copies of the odometers, from which and from filcdn.egress they can be counted again. One is
-- taken in one transaction; next_offset is where reading must begin to find all it does not hold.
create table checkpoint (
  id bigint generated always as identity primary key,
  taken_at timestamptz not null
);

create table checkpoint_odometer (
  checkpoint bigint not null references checkpoint on delete cascade,
  data_set text collate "C" not null,
  cdn_bytes bigint not null,
  cache_miss_bytes bigint not null,
  requests bigint not null,
  cache_miss_requests bigint not null,
  primary key (checkpoint, data_set)
);

create table checkpoint_watermark (
  checkpoint bigint not null references checkpoint on delete cascade,
  journal uuid not null,
  partition int not null,
  sequence bigint not null,
  primary key (checkpoint, journal, partition)
);

create table checkpoint_offset (
  checkpoint bigint not null references checkpoint on delete cascade,
  partition int not null,
  next_offset bigint not null,
  primary key (checkpoint, partition)
);
