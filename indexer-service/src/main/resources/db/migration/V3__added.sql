-- The epoch in which a piece was added to its data set; null in rows of an index of an earlier version.
alter table pieces add column added bigint;
