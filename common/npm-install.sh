#!/bin/sh
# Installs what the package-lock.json of the folder that it is run in names, where that has not been done yet.
# Usage: npm-install.sh WHO, where WHO begins each complaint.
set -eu
who=$1

say() {
  echo "$who: $1" >&2
  exit 1
}

for tool in node npm; do
  command -v "$tool" >/dev/null 2>&1 ||
    say "$tool is not on the PATH: install Node.js 20.19 or newer, which brings npm (nodejs.org, or your system's packages nodejs and npm)"
done

installed=node_modules/.installed-from-lock.json
if ! cmp -s package-lock.json "$installed"; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || say "npm ci failed in $(pwd), see above"
  cp package-lock.json "$installed"
fi
