-- The lowest threshold that a quota is at or below, in per cent; no row where it is above all.
create table quota_level (
  data_set text collate "C" not null,
  quota text collate "C" not null,
  level int not null,
  primary key (data_set, quota)
);

-- Calls of webhooks that nobody has answered yet.
create table webhook_call (
  id bigint generated always as identity primary key,
  body text not null,
  attempts int not null default 0,
  next_at timestamptz not null
);

create index webhook_call_due on webhook_call (next_at);
