-- Policies of payers: the newest of each data set (generation/number), or of all others (*). The
-- record is what filcdn.access.policies tells, and is to be told where published < serial, and once
-- more at tell_again_at, as keys are; the grant and its signature show who wanted it.
create table policy (
  number bigint generated always as identity primary key,
  payer text collate "C" not null,
  data_set text collate "C" not null,
  serial bigint not null,
  published bigint not null default 0,
  tell_again_at timestamptz,
  record text not null,
  signed_grant text not null,
  posted_at timestamptz not null,
  unique (payer, data_set)
);
create index policy_payer on policy (payer, number);
create index policy_unpublished on policy (number) where published < serial;
create index policy_tell_again on policy (tell_again_at) where tell_again_at is not null;
