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
  payer text not null,
  with_cdn boolean not null,
  deleted boolean not null,
  cdn_rail bigint,
  cdn_rail_end bigint,
  cache_miss_rail bigint,
  cache_miss_rail_end bigint,
  reported_cdn_bytes bigint not null check (reported_cdn_bytes >= 0),
  reported_cache_miss_bytes bigint not null check (reported_cache_miss_bytes >= 0),
  last_reported_epoch bigint,
  settled_cdn numeric(78, 0) not null check (settled_cdn >= 0),
  settled_cache_miss numeric(78, 0) not null check (settled_cache_miss >= 0)
);
create index on indexed_data_set (payer);

create table payer (
  address text primary key,
  version bigint not null,
  sanctioned boolean not null,
  -- since when this ledger knows of the sanction; null where there is none
  sanctioned_since timestamptz,
  check (sanctioned = (sanctioned_since is not null))
);

-- What the operator's key signed. A transaction is one nonce with one purpose; each set of signed
-- bytes for it is an attempt.

create table chain_transaction (
  id bigint generated always as identity primary key,
  activity text not null check (activity in ('report', 'settle-cdn', 'settle-cache-miss', 'terminate')),
  state text not null check (state in ('signed', 'broadcast', 'included', 'final', 'reverted', 'dropped')),
  -- the operator contract that it calls: epochs of one say nothing about another
  operator text not null,
  sender text not null,
  nonce bigint not null check (nonce >= 0),
  to_epoch bigint,
  gas_limit bigint not null check (gas_limit > 0),
  signed_at timestamptz not null,
  signed_block bigint not null,
  included_block bigint,
  closed_at timestamptz,
  -- the attempt, or the transaction of another, that did it
  landed_hash text,
  -- what it cost in the chain's own coin, by its receipt
  fee_paid numeric(78, 0),
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
-- chain; false once the transaction is reverted or dropped. final: they are for ever. others_*: what
-- the index showed as reported by others when the rollup was signed; it cannot become less.

create table rollup (
  transaction_id bigint not null references chain_transaction,
  data_set text not null,
  operator text not null,
  to_epoch bigint not null,
  cdn_bytes bigint not null check (cdn_bytes >= 0),
  cache_miss_bytes bigint not null check (cache_miss_bytes >= 0),
  others_cdn_bytes bigint not null check (others_cdn_bytes >= 0),
  others_cache_miss_bytes bigint not null check (others_cache_miss_bytes >= 0),
  in_flight boolean not null,
  counts boolean not null,
  final boolean not null,
  primary key (transaction_id, data_set),
  check (cdn_bytes > 0 or cache_miss_bytes > 0),
  check (counts or not in_flight),
  check (counts or not final)
);
create unique index rollup_one_in_flight on rollup (data_set) where in_flight;
create unique index rollup_to_epoch_once on rollup (data_set, operator, to_epoch) where counts;
create index rollup_unfinal on rollup (data_set) where counts and not final;

-- The sum of all final rollups of a data set, for each operator contract, so that no plan has to add
-- up years of them. It changes with the rollups that become final, in one transaction.

create table own_reported (
  data_set text not null,
  operator text not null,
  cdn_bytes bigint not null check (cdn_bytes >= 0),
  cache_miss_bytes bigint not null check (cache_miss_bytes >= 0),
  others_cdn_bytes bigint not null check (others_cdn_bytes >= 0),
  others_cache_miss_bytes bigint not null check (others_cache_miss_bytes >= 0),
  last_epoch bigint not null,
  primary key (data_set, operator)
);

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

create table termination (
  transaction_id bigint not null references chain_transaction,
  data_set text not null,
  in_flight boolean not null,
  primary key (transaction_id, data_set)
);
create unique index termination_one_in_flight on termination (data_set) where in_flight;

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
  activity text not null check (activity in ('report', 'settle-cdn', 'settle-cache-miss', 'terminate')),
  reason text not null,
  message text not null,
  since timestamptz not null,
  -- null: only an operator releases it
  retry_at timestamptz,
  primary key (data_set, activity)
);

-- What an operator asked to have done now. Whoever has the right to send takes it up.

create table work_order (
  task text primary key check (task in ('report', 'settle')),
  ticket bigint generated always as identity,
  -- bytes below which a data set waits, instead of the configured ones
  dust bigint check (dust >= 0),
  since timestamptz not null
);

-- Kafka records that are to be sent, in order of id.

create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  record_key text not null,
  record_value text not null
);
