#!/bin/sh
# Installs the linter that package-lock.json names, where that has not been done yet, and lints the contracts: what the
# repository holds, and what the services' builds have written. Maven runs it.
set -eu
cd "${0%/*}"

../../common/npm-install.sh "contract lint"

export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
node compose.mjs ../compose/compose.yaml
exec node_modules/.bin/redocly lint --format=stylish ../../docs/openapi-edge.yaml ../../docs/asyncapi.yaml \
  ../../indexer-service/target/openapi/openapi.yaml ../../retrieval-service/target/openapi/openapi.yaml \
  ../../metrics-service/target/openapi/openapi.yaml ../../settlement-service/target/openapi/openapi.yaml
