#!/usr/bin/env bash
# Luma's own client, as published, gets on with the emulator.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
emulator=$REEL_SOURCE_DIR/tests/emulators/luma
cp "$emulator"/official_client_test/{package.json,package-lock.json,client.mjs} "$work"
cd "$work"
npm ci --no-audit --no-fund --loglevel=error
node client.mjs "$emulator"
