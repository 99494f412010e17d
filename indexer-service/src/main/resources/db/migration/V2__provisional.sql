-- The block of a data set's creation, while a reorganisation could still give its number to another
-- payer; null once that is deep enough.
alter table data_sets add column provisional_since bigint;

-- Whether a log has its event's form and only says something that cannot be, such as a PieceCID that
-- is none: that is the fate of what it tells of, and of nothing else.
alter table undecodable_logs add column malformed boolean not null default false;

-- The contracts whose logs the index holds from the first block on. No row: those that the network
-- file names, as in an index of an earlier version.
create table contracts_read (
  address text primary key
);

-- What of the network file all data sets were last folded with. No row: not folded with one yet, or
-- folding anew was begun and has not come to its end.
create table fold_rules (
  one   boolean primary key default true check (one),
  rules text not null
);
