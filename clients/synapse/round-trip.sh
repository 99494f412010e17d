#!/bin/sh
# Installs the SDK as package-lock.json names it, where that has not been done yet, and goes the round trip with it.
# Usage: round-trip.sh STACK_FILE
set -eu
stack=$(realpath "$1")
cd "${0%/*}"

../../common/npm-install.sh "clients/synapse"

exec node round-trip.mjs "$stack"
