#!/usr/bin/env bash
# A third party's plugin, built outside this tree against the installed SDK alone: the example, then what `reel new plugin` makes. Both
# are loaded, listed, checked and run by the installed `reel`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
export XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config REEL_STATE=$work/state GST_REGISTRY=$work/registry.bin

step() { echo "--- $*"; }
expect() { grep -qF -- "$2" <<<"$1" || { echo "expected '$2' in:"; echo "$1"; exit 1; }; }

step install
cmake --install "$REEL_BUILD_DIR" --prefix "$prefix" >"$work/install.log"
reel=$prefix/bin/reel
export CMAKE_PREFIX_PATH=$prefix

step "build the example outside the tree"
cp -r "$REEL_SOURCE_DIR/sdk/examples/negative" "$work/negative"
[ "$(wc -l <"$work/negative/negative.cpp")" -le 50 ]
cmake -S "$work/negative" -B "$work/negative/build" -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS=${REEL_CONSUMER_FLAGS-}" >"$work/configure.log"
cmake --build "$work/negative/build" >"$work/build.log"
symbols=$(nm -D --defined-only "$work/negative/build/acme-negative.so" | awk '{print $3}' | sort | xargs)
[ "$symbols" = "gst_plugin_desc reel_plugin_entry" ] || { echo "exports: $symbols"; exit 1; }

step "load, list, check and run it"
export REEL_PLUGIN_PATH=$work/negative/build
expect "$("$reel" plugins)" "org.example.acme.negative 1.0.0 (MIT)"
expect "$("$reel" inspect acme/negative)" "Share of the negative in the mix"
cat >"$work/pipeline.yaml" <<END
reel: 1
stages:
  - uses: source
    with: { uri: $REEL_MEDIA_DIR/cockatoo.mp4 }
  - uses: acme/negative
    during: 0:01..0:02
    with: { region: { box: [0, 0, 0.5, 1] } }
  - uses: cut
    with: { keep: [ 0:00..0:03 ] }
  - uses: sink
    with: { uri: $work/out.mp4 }
END
"$reel" validate "$work/pipeline.yaml"
"$reel" run --progress none "$work/pipeline.yaml"
# The left half of the picture at 1.5 s is the negative of the source's, the right half is not.
mean() { ffmpeg -v error -ss "$2" -i "$1" -frames:v 1 -vf "format=rgb24,crop=iw/2:ih:$3,scale=1:1:flags=area" -f rawvideo - | od -An -tu1; }
left_in=($(mean "$REEL_MEDIA_DIR/cockatoo.mp4" 1.5 0:0)) left_out=($(mean "$work/out.mp4" 1.5 0:0))
right_in=($(mean "$REEL_MEDIA_DIR/cockatoo.mp4" 1.5 iw/2:0)) right_out=($(mean "$work/out.mp4" 1.5 iw/2:0))
for i in 0 1 2; do
  d=$((255 - left_in[i] - left_out[i])); [ ${d#-} -le 6 ] || { echo "left ${left_in[*]} became ${left_out[*]}"; exit 1; }
  d=$((right_in[i] - right_out[i])); [ ${d#-} -le 6 ] || { echo "right ${right_in[*]} became ${right_out[*]}"; exit 1; }
done

step "make a project with \`reel new plugin\`, build it, run its own tests"
cd "$work"
"$reel" new plugin soft-negative --vendor example
cmake -S soft-negative -B soft-negative/build -G Ninja "-DCMAKE_CXX_FLAGS=${REEL_CONSUMER_FLAGS-}" >configure2.log
cmake --build soft-negative/build >build2.log
ctest --test-dir soft-negative/build --output-on-failure
REEL_PLUGIN_PATH=soft-negative/build expect "$(REEL_PLUGIN_PATH=soft-negative/build "$reel" inspect example/soft-negative)" "SoftNegative"

step "a pipeline from \`reel new pipeline\` is valid"
"$reel" new pipeline first
"$reel" validate first.yaml
echo good
