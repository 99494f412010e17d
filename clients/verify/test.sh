#!/bin/sh
# Installs what the tests compare with, as package-lock.json names it, where that has not been done yet, and runs them.
# Maven runs it.
set -eu
cd "${0%/*}"

say() {
  echo "clients/verify: $1" >&2
  exit 1
}

command -v npm >/dev/null 2>&1 || say "npm is not on the PATH: install Node.js 20 or newer, which brings it"

installed=node_modules/.installed-from-lock.json
if ! cmp -s package-lock.json "$installed"; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || say "npm ci failed in $(pwd), see above"
  cp package-lock.json "$installed"
fi

exec npm --silent test
