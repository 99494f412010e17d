-- Times to the first byte: how many retrievals of an hour fell into each slot of a logarithmic
-- scale, over all and for each provider.
create table latency (
  scope text collate "C" not null,
  bucket timestamptz not null,
  slot int not null,
  retrievals bigint not null,
  primary key (scope, bucket, slot)
);

create index latency_bucket on latency (bucket);

-- What was retrieved of each piece in a day; of past days only the largest are kept.
create table piece_day (
  day date not null,
  piece text collate "C" not null,
  retrievals bigint not null,
  egress_bytes bigint not null,
  primary key (day, piece)
);

-- Pieces as they are placed now, and what that comes to for each payer.
create table placement (
  key text collate "C" primary key,
  payer text collate "C" not null,
  bytes bigint not null,
  day date not null
);

create table pinned (
  payer text collate "C" primary key,
  pieces bigint not null,
  bytes bigint not null
);

create table upload_day (
  payer text collate "C" not null,
  day date not null,
  pieces bigint not null,
  bytes bigint not null,
  primary key (payer, day)
);

-- What settlement did, each thing once.
create table settled_event (
  tx_hash text collate "C" not null,
  kind text collate "C" not null,
  data_set text collate "C" not null,
  quota text collate "C" not null,
  epoch bigint not null,
  bytes bigint not null,
  amount numeric(78) not null,
  primary key (tx_hash, kind, data_set, quota)
);

create index settled_event_data_set on settled_event (data_set, epoch);
