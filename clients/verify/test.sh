#!/bin/sh
# Installs what the tests compare with, as package-lock.json names it, where that has not been done yet, and runs them.
# Maven runs it.
set -eu
cd "${0%/*}"

../../common/npm-install.sh "clients/verify"

exec npm --silent test
