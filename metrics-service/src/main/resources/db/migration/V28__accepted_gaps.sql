-- The gaps that operators took for lost: watermarks passed over their records, which were not counted.
create table accepted_gap (
  journal uuid not null,
  partition int not null,
  first_missing bigint not null,
  last_missing bigint not null,
  primary key (journal, partition, first_missing)
);
