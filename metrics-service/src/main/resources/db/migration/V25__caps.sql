-- Caps of policies, clients and signed tokens are leased as quotas are, too. Their rows in lease and
-- held have cap/… in data_set. No record tells what was used of them: edges say it when
-- they ask, lease.applied is what each journal said, and held.used the sum of all there ever were.
alter table held add column used bigint not null default 0 check (used >= 0);

-- Their quota is a day, or begins with a token's end, so that what is over comes first.
create index held_cap_end on held (quota) where data_set >= 'cap/' and data_set < 'cap0';

-- The caps that a policy has.
alter table policy
  add column cap_life bigint
    generated always as ((record::jsonb -> 'limits' ->> 'bytes')::bigint) stored,
  add column cap_day bigint
    generated always as ((record::jsonb -> 'limits' ->> 'bytesPerDay')::bigint) stored,
  add column cap_day_of_key bigint
    generated always as ((record::jsonb -> 'limits' ->> 'bytesPerDayOfKey')::bigint) stored,
  add column cap_day_of_client bigint
    generated always as ((record::jsonb -> 'limits' ->> 'bytesPerDayOfClient')::bigint) stored;

-- The keys by which edges sort clients and tokens of a day into buckets. With the day's rows in held
-- its key goes, too.
create table cap_salt (
  day date primary key,
  key text not null
);
