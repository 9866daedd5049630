#!/usr/bin/env bash
# How `reel serve` answers under load: 500 event streams and 50 requests a second, of 25 users, for 60 seconds.
#
#   tests/bench/load.sh [SECONDS [REQUESTS_A_SECOND [STREAMS]]]
#
# Prints the milliseconds from the moment that a request was due to the last byte of its answer. Server and clients share the machine,
# which should have nothing else to do. Nothing that is submitted runs: it is the control plane that is measured. Needs a release build.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
reel=$root/build/release/bin/reel
work=$(mktemp -d)
chmod 755 "$work"
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
export REEL_STATE=$work/state XDG_CONFIG_HOME=$work REEL_CONFIG=$work/reel.yaml REEL_PASSWORD='a long password'
touch "$REEL_CONFIG"

serve() {
  "$reel" serve "$@" >"$work/server.log" 2>&1 &
  server=$!
  until url=$(sed -n 's/.*listening on //p' "$work/server.log") && [ -n "$url" ]; do sleep 0.1; done
}

serve --port 0
for user in $(seq 25); do "$reel" admin add-user "user$user@example.org" >/dev/null; done
node "$root/tests/bench/load.mjs" prepare "$url" "$root/.cache/media/cockatoo.mp4" "$work/users.json"
kill "$server"; wait "$server"
serve --port 0 --no-worker
node "$root/tests/bench/load.mjs" load "$url" "$work/users.json" "${1-60}" "${2-50}" "${3-500}"
echo "the server had $(sed -n 's/^VmHWM:[[:space:]]*//p' "/proc/$server/status") of memory at the most"
