#!/bin/sh
# Installs the linter that package-lock.json names, where that has not been done yet, and lints the contracts: what the
# repository holds, and what the services' builds have written. Maven runs it.
set -eu
cd "${0%/*}"

say() {
  echo "contract lint: $1" >&2
  exit 1
}

command -v npm >/dev/null 2>&1 || say "npm is not on the PATH: install Node.js 20 or newer, which brings it"

installed=node_modules/.installed-from-lock.json
if ! cmp -s package-lock.json "$installed"; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || say "npm ci failed in $(pwd), see above"
  cp package-lock.json "$installed"
fi

export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
exec node_modules/.bin/redocly lint --format=stylish ../../docs/openapi-edge.yaml ../../docs/asyncapi.yaml \
  ../../indexer-service/target/openapi/openapi.yaml ../../retrieval-service/target/openapi/openapi.yaml \
  ../../metrics-service/target/openapi/openapi.yaml ../../settlement-service/target/openapi/openapi.yaml
