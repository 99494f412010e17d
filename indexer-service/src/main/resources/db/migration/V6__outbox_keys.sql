-- Keys are compared as bytes, as those of pieces. By itself: who writes both tables, the process of an
-- earlier version beside it, locks this one first.
alter table outbox
  alter column topic type text collate "C",
  alter column key type text collate "C";
