#!/usr/bin/env bash
# Makes the pictures of the documents anew. Needs a release build and the clips that ./test fetches.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
reel=${REEL_BUILD_DIR:-$root/build/release}/bin/reel
clip=$root/.cache/media/wannaworktogether.mp4
dot -Tpng -Gdpi=110 "$here/modules.dot" -o "$here/modules.png"
"$reel" graph "$root/pipelines/first.yaml" --set "input=interview.mp4" -o "$here/first-graph.png"
"$reel" preview "$root/pipelines/title.yaml" --set "input=$clip" --at 0:03 -o "$here/title.png"
"$reel" graph - -o "$here/timeline.png" <<END
reel: 1
stages:
  - uses: source
    with: { uri: "$clip" }
  - uses: blur
    during: 1:00..1:05
  - uses: cut
    with: { remove: [ 2:00..2:20 ] }
  - uses: sink
    with: { uri: tidy.mp4 }
END
