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

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A man who is removed from ten seconds: before and after, at three moments.
walk=$root/.cache/media/vtest.avi
printf 'reel: 1\nstages:\n' >"$work/before.yaml"
printf '  - { uses: source, with: { uri: "%s" } }\n' "$walk" >>"$work/before.yaml"
cp "$work/before.yaml" "$work/after.yaml"
printf '  - { uses: object-removal, during: 0:00..0:10, with: { target: person, which: left-most } }\n' >>"$work/after.yaml"
for name in before after; do
  printf '  - { uses: sink, with: { uri: "%s/%s.mp4" } }\n' "$work" "$name" >>"$work/$name.yaml"
  "$reel" run "$work/$name.yaml" --no-cache --progress none
  for at in 1 2.5 4; do
    ffmpeg -nostdin -v error -ss "$at" -i "$work/$name.mp4" -frames:v 1 -vf scale=384:-2 "$work/$name-$at.png"
  done
  convert "$work/$name-1.png" "$work/$name-2.5.png" "$work/$name-4.png" -append "$work/$name.png"
done
convert "$work/before.png" "$work/after.png" +append -quality 88 "$here/removed.jpg"

# One of those pictures as a document: what it shows, and the layer of object-removal.
"$reel" export photoshop "$work/after.yaml" --progress none --at 0:01.5 -o "$work/removed.psd"
convert "$work/removed.psd[0]" '(' "$work/removed.psd[2]" -background '#c8f' -layers flatten ')' +append -resize 1000x -quality 88 \
  "$here/removed-layer.jpg"

# A document of layers, one above the other.
"$reel" export photoshop - --progress none --at 0:11 -o "$work/layers.psd" <<END
reel: 1
stages:
  - { id: original, uses: source, with: { uri: "$root/.cache/media/cockatoo.mp4" } }
  - { id: hidden, uses: pixelate, with: { size: 50, region: { box: [0.38, 0.15, 0.38, 0.60] } } }
  - { id: title, uses: text, with: { text: Cockatoo, size: 16 } }
  - { uses: sink, with: { uri: unused.mp4 } }
END
stack=() names=() number=0
for name in original hidden title; do
  number=$((number + 1))
  # As it lies there, on a sheet: wide, and leaning back.
  convert -size 1280x720 xc:'rgba(228,232,236,0.8)' "$work/layers.psd[$number]" -background none -layers flatten -resize 400x \
    -bordercolor '#666' -border 1 -virtual-pixel none +distort AffineProjection 1,0,-0.5,0.62,0,0 +repage "$work/$name.png"
  stack+=("$work/$name.png" -geometry "+10+$((305 - 98 * number))" -composite)
  names+=(-annotate "+535+$((355 - 98 * number))" "$name")
done
convert -size 620x360 xc:white "${stack[@]}" -font DejaVu-Sans -pointsize 16 -fill '#222' "${names[@]}" -colors 128 \
  "PNG8:$here/photoshop-layers.png"
