-- A journal belongs to the edge that opened it; asked_at is the time, in milliseconds since 1970,
-- of the edge's last request for it: one that was heard before changes nothing.
alter table lease_journal add column asked_at bigint not null default 0;

-- What a journal still held when it was written off: so much its late records may yet count.
create table written_off (
  journal uuid not null references lease_journal,
  data_set text collate "C" not null,
  quota text collate "C" not null,
  bytes bigint not null check (bytes >= 0),
  primary key (journal, data_set, quota)
);

-- Values of egress records that count because an operator said so, by their SHA-256.
create table approved (
  digest text collate "C" primary key,
  dead_letter bigint not null,
  at timestamptz not null
);

-- A sum as a column can hold it.
create function capped(numeric) returns bigint language sql immutable parallel safe
  return least(greatest($1, -9223372036854775807), 9223372036854775807)::bigint;
