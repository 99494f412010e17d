-- How much of each journal its edge says that Kafka has, by partition, where it is more than was
-- applied or was so lately. check_sequence is the one whose records are looked for: they are lost if
-- they are not applied once all before check_offset was read. partitions is how many there were then.
create table journal_progress (
  journal uuid not null,
  partition int not null,
  sequence bigint not null,
  edge text not null,
  told_at timestamptz not null,
  check_sequence bigint,
  check_offset bigint,
  checked_at timestamptz,
  partitions int,
  lost_since timestamptz,
  primary key (journal, partition),
  check (sequence > 0)
);

create index journal_progress_lost on journal_progress (journal) where lost_since is not null;
