-- What the final events of a data set fold to, so that a step folds only those that came after them.
-- Derived, as the read model is: where a row is missing, the fold begins at the first event.
create table checkpoints (
  data_set     text collate "C" primary key,
  block_number bigint not null,    -- of the last event that is in it, with all events before
  rules        text   not null,    -- of the fold that made it; another one's are not gone on from
  state        text   not null     -- the fold's state as JSON
);
