-- What edges tell of themselves; told_at is the time of their request, in milliseconds since 1970.
create table edge_status (
  edge text collate "C" primary key,
  told_at bigint not null,
  region text,
  pieces bigint not null,
  disk_bytes bigint not null,
  max_disk_bytes bigint not null,
  memory_bytes bigint not null
);

-- How retrievals of an hour were answered; code is the reason of a refusal, and empty without one.
create table answered (
  bucket timestamptz not null,
  status int not null,
  code text collate "C" not null,
  retrievals bigint not null,
  primary key (bucket, status, code)
);

-- The pieces of a data set in the order of their ids: the parts of pieceCid/payer/dataSet/pieceId.
create index placement_data_set on placement
  ((split_part(key, '/', 3) || '/' || split_part(key, '/', 4)), (split_part(key, '/', 5)::bigint))
  where removed_at is null;
