-- What payers paid in, and when storage ends. Records that were read without these are read again.

truncate indexed_data_set;
delete from consumed where topic = 'filcdn.index.data-sets';

alter table indexed_data_set
  add column pdp_rail_end bigint,
  add column granted_cdn_final numeric(78, 0) not null check (granted_cdn_final >= 0),
  add column granted_cdn_unfinal numeric(78, 0) not null check (granted_cdn_unfinal >= 0),
  add column granted_cache_miss_final numeric(78, 0) not null check (granted_cache_miss_final >= 0),
  add column granted_cache_miss_unfinal numeric(78, 0) not null check (granted_cache_miss_unfinal >= 0);

-- Transactions that only spend a nonce have no items.

alter table chain_transaction drop constraint chain_transaction_activity_check;
alter table chain_transaction add constraint chain_transaction_activity_check
  check (activity in ('report', 'settle-cdn', 'settle-cache-miss', 'terminate', 'fill-gap'));
