#!/usr/bin/env bash
# Makes the reference anew: a page for each stage, from its schema, and a picture of its effect, from its example.
# Needs a release build and the clips that ./test fetches.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
reel=${REEL_BUILD_DIR:-$root/build/release}/bin/reel
clip=$root/.cache/media/cockatoo.mp4 other=$root/.cache/media/wannaworktogether.mp4
pages=${1:-$here}   # where to: the tests use a folder of their own

mkdir -p "$pages/pictures"
"$reel" inspect --markdown >"$pages/README.md"
for stage in $("$reel" inspect --json | sed -n 's/^    "name": "\(.*\)",$/\1/p'); do
  "$reel" inspect --markdown "$stage" >"$pages/$stage.md"
  grep -q "^!\[" "$pages/$stage.md" || continue
  arguments=(--set "input=$clip")
  ! grep -q '^  second:' "$here/examples/$stage.yaml" || arguments+=(--set "second=$other")
  "$reel" preview "$here/examples/$stage.yaml" "${arguments[@]}" --at 0:03 -o "$pages/pictures/$stage.jpg"
done
