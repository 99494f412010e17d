#!/bin/sh
# Builds or tests the pages. Maven runs it; a second run with nothing changed takes a moment.
# Usage: webui.sh build|test
set -eu
cd "${0%/*}/src/main/webui"

built=../../../target/webui/META-INF/resources/index.html
stamp=../../../target/webui-$1

# the lock file stands for what is installed
if [ -e "$stamp" ] && [ -e "$built" ] &&
  [ -z "$(find ../../../webui.sh ../../../../docs/metrics.md ../../../../docs/glossary.md ./* -name node_modules -prune -o -newer "$stamp" -print | head -n 1)" ]; then
  exit 0
fi

../../../../common/npm-install.sh "metrics-service/src/main/webui"
started=$(mktemp)
npm --silent run typecheck
npm --silent run "$1"
mkdir -p ../../../target
mv "$started" "$stamp"
