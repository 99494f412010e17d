-- Policies of payers: the newest of each data set (generation/number), or of all others (*). The
-- record is what filcdn.access.policies tells, and is to be told where published < serial; the grant
-- and its signature show who wanted it.
create table policy (
  number bigint generated always as identity primary key,
  payer text collate "C" not null,
  data_set text collate "C" not null,
  serial bigint not null,
  published bigint not null default 0,
  record text not null,
  signed_grant text not null,
  posted_at timestamptz not null,
  unique (payer, data_set)
);
create index policy_payer on policy (payer, number);
create index policy_unpublished on policy (number) where published < serial;
