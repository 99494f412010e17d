#!/bin/sh
# Makes a database a service, each its owner's alone. Postgres' image runs this once, on an empty volume.
set -eu
for name in indexer metrics settlement; do
  psql -v ON_ERROR_STOP=1 -v name="$name" -v password="$POSTGRES_PASSWORD" -U postgres <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
SQL
done
