-- What payers' nonces are authenticated with, the same for all processes. It is no credential: a
-- nonce opens nothing, and anyone may ask for one.
create table nonce_secret (
  only_one boolean primary key default true check (only_one),
  value bytea not null
);
insert into nonce_secret (value)
  values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- Nonces that payers have signed in with, until they end by themselves.
create table used_nonce (
  nonce text collate "C" primary key,
  payer text collate "C" not null,
  expires_at timestamptz not null
);
create index used_nonce_payer on used_nonce (payer, expires_at);
create index used_nonce_expiry on used_nonce (expires_at);

-- Payers that are signed in, by the SHA-256 of what they were given.
create table payer_session (
  token_sha256 text collate "C" primary key,
  payer text collate "C" not null,
  expires_at timestamptz not null
);
create index payer_session_payer on payer_session (payer, expires_at);
create index payer_session_expiry on payer_session (expires_at);

-- Keys of payers. The record is what filcdn.access.keys tells of a key, and has no secret; it is to
-- be told where published < version, and where forgotten, as a tombstone.
create table access_key (
  number bigint generated always as identity primary key,
  id text collate "C" not null unique,
  payer text collate "C" not null,
  name text not null,
  record text not null,
  version bigint not null,
  published bigint not null default 0,
  revoked boolean not null default false,
  ends_at timestamptz,
  forgotten boolean not null default false
);
create unique index access_key_name on access_key (payer, name) where not revoked and not forgotten;
create index access_key_payer on access_key (payer, number);
create index access_key_unpublished on access_key (number) where published < version or forgotten;
create index access_key_end on access_key (ends_at) where not forgotten;
