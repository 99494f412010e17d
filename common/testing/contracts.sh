#!/bin/sh
# Installs what package-lock.json names, where that has not been done yet, and compiles the devnet's contracts into the
# folder given. Maven runs it; a second run with nothing changed takes a moment.
set -eu
cd "${0%/*}"
target=$1

../npm-install.sh "devnet contracts"

exec node compile-contracts.mjs src/main/solidity "$target"
