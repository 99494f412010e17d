#!/bin/sh
# Makes a database a service, each its owner's alone. Postgres' image runs this once, on an empty volume.
set -eu
make() {
  psql -v ON_ERROR_STOP=1 -v name="$1" -v password="$2" -U postgres <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
SQL
}
make indexer "$INDEXER_PASSWORD"
make metrics "$METRICS_PASSWORD"
make settlement "$SETTLEMENT_PASSWORD"
