-- A piece is found by its root, which few pieces share: one index less that each new piece writes to at
-- a random place.
drop index pieces_by_cid;

-- Keys are compared as bytes: a language's order costs each of an index's comparisons some tenths of a
-- microsecond, and nobody reads these in its order. The table is locked while its indexes are made anew.
alter table pieces alter column data_set type text collate "C";
analyze pieces;
