-- The journals that lease quota. closed says why one may not any more.
create table lease_journal (
  journal uuid primary key,
  edge text not null,
  expires_at timestamptz not null,
  closed text
);

create index lease_journal_open on lease_journal (expires_at) where closed is null;

-- What each journal was given of each quota, gave back, and has used, as sums since it began. It
-- holds acquired - returned - applied. Rows go when their journal is closed.
create table lease (
  journal uuid not null references lease_journal,
  data_set text collate "C" not null,
  quota text collate "C" not null,
  acquired bigint not null default 0,
  returned bigint not null default 0,
  applied bigint not null default 0,
  primary key (journal, data_set, quota),
  check (returned >= 0 and applied >= 0 and returned <= acquired)
) with (fillfactor = 70);

create index lease_data_set on lease (data_set);

-- What all journals hold of a quota. Whoever changes leases of a quota locks its row here first.
create table held (
  data_set text collate "C" not null,
  quota text collate "C" not null,
  bytes bigint not null default 0,
  primary key (data_set, quota),
  check (bytes >= 0)
) with (fillfactor = 70);
