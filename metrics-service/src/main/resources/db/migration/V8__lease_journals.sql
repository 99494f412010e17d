-- A journal's end moves with each request of its edge. While an index held it, each move was a new
-- version of the row in both indexes, and the look-up went through all of them.
drop index lease_journal_open;
create index lease_journal_open on lease_journal (journal) where closed is null;

alter table lease_journal set (fillfactor = 50);
