#!/usr/bin/env bash
# Photoshop documents, as programs of others read them: layers by ag-psd, psd.js and GIMP, merged images by ImageMagick and GIMP.
set -euo pipefail
here=$REEL_SOURCE_DIR/tests/exporters
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/package*.json "$here"/*.mjs "$work"
(cd "$work" && npm ci --no-audit --no-fund --loglevel=error)
mkdir "$work/documents"
"$REEL_BUILD_DIR/bin/exporter_documents" "$work/documents"
cd "$work"
node layers.mjs documents/*.json
node scripts.mjs documents/*.script

for depth in 8 16; do
  "$REEL_BUILD_DIR/bin/reel" export photoshop - --progress none --at 0:03 --with depth=$depth -o exported-$depth.psd <<END
reel: 1
stages:
  - { id: original, uses: source, with: { uri: "$REEL_MEDIA_DIR/cockatoo.mp4" } }
  - { id: hidden, uses: pixelate, with: { size: 40, region: { box: [0.4, 0.2, 0.3, 0.5] } } }
  - { id: title, uses: text, with: { text: Cockatoo } }
  - { uses: sink, with: { uri: unused.mp4 } }
END
  node exported.mjs exported-$depth.psd original hidden title
done

# The samples as they are in the file: colours on white beside their alpha.
magick() { convert -define psd:alpha-unblend=off "documents/$1[0]" -depth "$2" -endian LSB "rgba:$3"; }

# What GIMP finds when it opens the document: its layers and groups, with and without a mask.
gimp_counts() {  # NAME FILE.psd
  printf '(let ((image (car (file-psd-load RUN-NONINTERACTIVE "%s" ""))))' "$2"
  printf '(gimp-message (string-append "%s " (number->string (tally image one)) " layers, " ' "$1"
  printf '(number->string (tally image masked)) " masks, precision " (number->string (car (gimp-image-get-precision image))))))\n'
}
cat >0.scm <<'SCHEME'
(gimp-message-set-handler 1)
(define (one layer) 1)
(define (masked layer) (if (= -1 (car (gimp-layer-get-mask layer))) 0 1))
(define (sum layers f)
  (apply + (map (lambda (l) (+ (f l) (if (= 1 (car (gimp-item-is-group l))) (sum (cadr (gimp-item-get-children l)) f) 0)))
                (vector->list layers))))
(define (tally image f) (sum (cadr (gimp-image-get-layers image)) f))
SCHEME

# The same of what was written. GIMP calls 8 bits 150, and 16 bits 250.
counts() {  # FILE.json
  node -e 'const { layers, depth } = JSON.parse(require("fs").readFileSync(process.argv[1]));
    const tally = (list, f) => list.reduce((n, l) => n + f(l) + (l.layers ? tally(l.layers, f) : 0), 0);
    const masks = tally(layers, l => (l.mask ? 1 : 0));
    console.log(`${tally(layers, () => 1)} layers, ${masks} masks, precision ${depth === 8 ? 150 : 250}`);' "$1"
}

# GIMP takes the white out again: only where nothing shines through is it the same. It reads no PSB.
gimp_reads() {  # FILE.psd FILE.png
  printf '(let ((image (car (file-psd-load-merged RUN-NONINTERACTIVE "%s" ""))))' "$1"
  printf '(file-png-save RUN-NONINTERACTIVE image (car (gimp-image-get-active-drawable image)) "%s" "" 0 9 0 0 0 0 0))\n' "$2"
}

for json in documents/*.json; do
  name=$(basename "$json" .json)
  # Debian allows ImageMagick no more than 16,000 pixels a side.
  case $name in wide-*) continue ;; esac
  file=$(basename "$(ls "documents/$name".ps?)")
  depth=$(sed 's/.*"depth":\([0-9]*\).*/\1/' "$json")
  magick "$file" "$depth" magick.raw
  node merged.mjs "$json" magick.raw 1
  echo "$file: merged image as its layers look together (ImageMagick)"
  case $name in forty-layers-*|frame-*)
    { gimp_reads "documents/$file" "$name.png"; gimp_counts "$name" "documents/$file"; } >"$name.scm" ;;
  esac
done

cat ./*.scm - <<<'(gimp-quit 0)' | HOME=$work gimp-console -idf -b - >gimp.log 2>&1 || { cat gimp.log; exit 1; }
for png in *.png; do
  name=${png%.png}
  depth=$(sed 's/.*"depth":\([0-9]*\).*/\1/' "documents/$name.json")
  convert "$png" -depth "$depth" -endian LSB rgba:gimp.raw
  node merged.mjs "documents/$name.json" gimp.raw 1
  found=$(sed -n "s/.*script-fu-Warning: $name //p" gimp.log) written=$(counts "documents/$name.json")
  [ "$found" = "$written" ] || { echo "$name.psd: GIMP finds $found, expected $written"; exit 1; }
  echo "$name.psd: merged image as its layers look together, $found (GIMP)"
done
