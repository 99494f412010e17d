-- Keys' caps on bytes are leased as quotas are. Their rows in lease, held and written_off have key/<id>
-- in data_set, and the period in quota: life, a day (2026-11-30) or a month (2026-11). The columns keep
-- their names, as processes of another version may use the database at the same time.

-- The caps of a key, which never change.
alter table access_key
  add column cap_life bigint
    generated always as ((record::jsonb -> 'limits' ->> 'bytes')::bigint) stored,
  add column cap_day bigint
    generated always as ((record::jsonb -> 'limits' ->> 'bytesPerDay')::bigint) stored,
  add column cap_month bigint
    generated always as ((record::jsonb -> 'limits' ->> 'bytesPerMonth')::bigint) stored;

-- What records used of each key in each period, and the hour of the last use.
create table key_usage (
  key text collate "C" not null,
  period text collate "C" not null,
  bytes bigint not null,
  used_at timestamptz not null,
  primary key (key, period),
  check (bytes >= 0)
) with (fillfactor = 70);
create index key_usage_period on key_usage (period);

-- A change is told where published < version, and once more at tell_again_at, when nothing that
-- another process had under way can come behind it. What is forgotten is a change, too.
alter table access_key add column tell_again_at timestamptz;
update access_key set version = version + 1 where forgotten;
drop index access_key_unpublished;
create index access_key_unpublished on access_key (number) where published < version;
create index access_key_tell_again on access_key (tell_again_at) where tell_again_at is not null;
