-- What the topics say, newest record of each key. All of it can be read again from the topics.

create table consumed (
  topic text not null,
  kafka_partition int not null,
  next_offset bigint not null check (next_offset >= 0),
  primary key (topic, kafka_partition)
);

create table odometer (
  data_set text primary key,
  count_generation bigint not null,
  cdn_bytes bigint not null check (cdn_bytes >= 0),
  cache_miss_bytes bigint not null check (cache_miss_bytes >= 0),
  as_of bigint not null,
  -- the as-of epoch of the first record that no rollup covers; null where all is covered
  unreported_since bigint
);

create table indexed_data_set (
  data_set text primary key,
  version bigint not null,
  block bigint not null,
  cdn_rail bigint,
  cache_miss_rail bigint,
  reported_cdn_bytes bigint not null check (reported_cdn_bytes >= 0),
  reported_cache_miss_bytes bigint not null check (reported_cache_miss_bytes >= 0),
  last_reported_epoch bigint
);

-- What the operator's key signed. A transaction is one nonce with one purpose; each set of signed
-- bytes for it is an attempt.

create table chain_transaction (
  id bigint generated always as identity primary key,
  activity text not null check (activity in ('report', 'settle-cdn', 'settle-cache-miss')),
  state text not null check (state in ('signed', 'broadcast', 'included', 'final', 'reverted', 'dropped')),
  sender text not null,
  nonce bigint not null check (nonce >= 0),
  to_epoch bigint,
  gas_limit bigint not null check (gas_limit > 0),
  signed_at timestamptz not null,
  signed_block bigint not null,
  included_block bigint,
  closed_at timestamptz,
  error text,
  unique (sender, nonce),
  check ((activity = 'report') = (to_epoch is not null)),
  check ((state in ('final', 'reverted', 'dropped')) = (closed_at is not null))
);
create index on chain_transaction (nonce) where state in ('signed', 'broadcast', 'included');

create table attempt (
  hash text primary key,
  transaction_id bigint not null references chain_transaction,
  raw text not null,
  max_fee_per_gas numeric(78, 0) not null,
  max_priority_fee_per_gas numeric(78, 0) not null,
  signed_at timestamptz not null,
  broadcasts int not null,
  last_broadcast_at timestamptz
);
create index on attempt (transaction_id);

-- in_flight: the data set's next item of this activity must wait. It ends when the transaction is
-- included deep enough, or closed, and never comes back. counts: the bytes are, or may yet be, on
-- chain; false once the transaction is reverted or dropped.

create table rollup (
  transaction_id bigint not null references chain_transaction,
  data_set text not null,
  to_epoch bigint not null,
  cdn_bytes bigint not null check (cdn_bytes >= 0),
  cache_miss_bytes bigint not null check (cache_miss_bytes >= 0),
  in_flight boolean not null,
  counts boolean not null,
  primary key (transaction_id, data_set),
  check (cdn_bytes > 0 or cache_miss_bytes > 0),
  check (counts or not in_flight)
);
create unique index rollup_one_in_flight on rollup (data_set) where in_flight;
create unique index rollup_to_epoch_once on rollup (data_set, to_epoch) where counts;

create table rail_payment (
  transaction_id bigint not null references chain_transaction,
  data_set text not null,
  activity text not null check (activity in ('settle-cdn', 'settle-cache-miss')),
  in_flight boolean not null,
  -- what the settlement event said; null before it is final, and where there was no event
  amount numeric(78, 0) check (amount >= 0),
  primary key (transaction_id, data_set)
);
create unique index rail_payment_one_in_flight on rail_payment (data_set, activity) where in_flight;

-- What the operator contract said a data set owes, and for which version of its index record.

create table owed (
  data_set text primary key,
  cdn numeric(78, 0) not null check (cdn >= 0),
  cache_miss numeric(78, 0) not null check (cache_miss >= 0),
  block bigint not null,
  index_version bigint not null
);

create table set_aside (
  data_set text not null,
  activity text not null check (activity in ('report', 'settle-cdn', 'settle-cache-miss')),
  reason text not null,
  message text not null,
  since timestamptz not null,
  -- null: only an operator releases it
  retry_at timestamptz,
  primary key (data_set, activity)
);

-- Kafka records that are to be sent, in order of id.

create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  record_key text not null,
  record_value text not null
);
