#!/usr/bin/env bash
# Prometheus understands its configuration, and its alerts come when they should and not else.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
promtool=$REEL_SERVERS_DIR/promtool
cp "$REEL_SOURCE_DIR"/config/prometheus/* "$REEL_SOURCE_DIR/tests/operations/alerts.yml" "$work"
echo token >"$work/reelwork.token"
"$promtool" check config --lint=all --lint-fatal "$work/prometheus.yml"
"$promtool" test rules "$work/alerts.yml"

# Every metric that the rules name is one that the server has.
metrics=$(grep -oh 'reel_[a-z_]*' "$work/reelwork.rules.yml" | sed 's/_bucket$//' | sort -u)
[ -n "$metrics" ]
for metric in $metrics; do
  grep -rq "\"$metric\"" "$REEL_SOURCE_DIR/framework/http/src" || { echo "the server has no $metric"; exit 1; }
done
