#!/usr/bin/env bash
# The example pipelines are valid against the generated JSON Schema, and broken ones are not, to a public validator.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$REEL_SOURCE_DIR/tests/schema
cp "$here"/package*.json "$here/validate.mjs" "$work"
(cd "$work" && npm ci --no-audit --no-fund --loglevel=error)
"$REEL_BUILD_DIR/bin/reel" schema >"$work/schema.json"
cd "$work"
node validate.mjs schema.json good "$REEL_SOURCE_DIR"/pipelines/*.yaml
node validate.mjs schema.json bad "$here"/bad/*.yaml
