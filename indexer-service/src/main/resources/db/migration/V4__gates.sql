-- What keeps a data set's pieces from being everyone's, by its metadata; null where nothing does.
alter table data_sets add column gate text;
