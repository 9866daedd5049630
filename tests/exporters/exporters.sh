#!/usr/bin/env bash
# Photoshop documents, as programs of others read them: layers by ag-psd and psd.js, merged images by ImageMagick and GIMP.
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

# The samples as they are in the file: colours on white beside their alpha.
magick() { convert -define psd:alpha-unblend=off "documents/$1[0]" -depth "$2" -endian LSB "rgba:$3"; }

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
  case $name in forty-layers|frame-*)
    gimp_reads "documents/$file" "$name.png" >"$name.scm" ;;
  esac
done

cat ./*.scm - <<<'(gimp-quit 0)' | HOME=$work gimp-console -idf -b - >gimp.log 2>&1 || { cat gimp.log; exit 1; }
for png in *.png; do
  name=${png%.png}
  depth=$(sed 's/.*"depth":\([0-9]*\).*/\1/' "documents/$name.json")
  convert "$png" -depth "$depth" -endian LSB rgba:gimp.raw
  node merged.mjs "documents/$name.json" gimp.raw 1
  echo "$name.psd: merged image as its layers look together (GIMP)"
done
