#!/bin/sh
# Installs what package-lock.json names, where that has not been done yet, and compiles the devnet's contracts into the
# folder given. Maven runs it; a second run with nothing changed takes a moment.
set -eu
cd "${0%/*}"
target=$1

say() {
  echo "devnet contracts: $1" >&2
  exit 1
}

command -v node >/dev/null 2>&1 || say "node is not on the PATH: install Node.js 20 or newer, which brings npm (nodejs.org, or your system's packages nodejs and npm)"
command -v npm >/dev/null 2>&1 || say "npm is not on the PATH: install it (it comes with Node.js from nodejs.org; on Debian it is the package npm)"

installed=node_modules/.installed-from-lock.json
if ! cmp -s package-lock.json "$installed"; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || say "npm ci failed in $(pwd), see above"
  cp package-lock.json "$installed"
fi

exec node compile-contracts.mjs src/main/solidity "$target"
