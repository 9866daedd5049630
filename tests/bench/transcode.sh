#!/usr/bin/env bash
# Whole commands, side by side in one run: `reel run` against ffmpeg with the same encoder settings, and what `reel validate` takes.
#
#   tests/bench/transcode.sh [CLIP [RUNS]]     default: 60 s of 1080p made from the clip that ./test fetches, 3 runs each
#
# Prints seconds of wall clock and of processor time, the median of the runs, and the ratio reel / ffmpeg. Needs a release build.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
reel=$root/build/release/bin/reel
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clip=${1-} runs=${2-3}

if [ -z "$clip" ]; then
  clip=$work/clip.mp4
  ffmpeg -nostdin -v error -t 60 -i "$root/.cache/media/wannaworktogether.mp4" -vf scale=1920:1080 -r 30 -map 0:v:0 -map 0:a:0 -c:v libx264 -preset veryfast -crf 18 -c:a aac "$clip"
fi

cat >"$work/plain.yaml" <<END
reel: 1
params:
  input: { type: uri }
stages:
  - uses: source
    with: { uri: "\${input}" }
  - uses: sink
    with: { uri: $work/reel.mp4, speed: medium, quality: 75, keyframe-interval: 2s, audio-bitrate: 160 } # quality 75 is crf 20
END

measure() {  # NAME COMMAND...: the medians of its runs
  local name=$1; shift
  "$@" >/dev/null 2>"$work/first.log" || { cat "$work/first.log" >&2; return 1; }   # also fills the caches
  for _ in $(seq "$runs"); do
    /usr/bin/env bash -c 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1' _ "$@" 2>&1 | awk '{print $1, $2 + $3}'
  done | sort -n | awk -v name="$name" '{w[NR] = $1; c[NR] = $2} END {m = int((NR + 1) / 2); printf "%-10s wall %8.3f s   processor %8.3f s\n", name, w[m], c[m]}'
}

ffmpeg_line=$(measure ffmpeg ffmpeg -nostdin -y -v error -i "$clip" -c:v libx264 -preset medium -crf 20 -pix_fmt yuv420p -g 60 -c:a aac -b:a 160k -movflags +faststart "$work/ffmpeg.mp4")
reel_line=$(measure reel "$reel" run --progress none "$work/plain.yaml" --set "input=$clip")
echo "$ffmpeg_line"
echo "$reel_line"
awk -v a="$reel_line" -v b="$ffmpeg_line" 'BEGIN {split(a, x); split(b, y); printf "ratio      wall %8.2f     processor %8.2f\n", x[3] / y[3], x[6] / y[6]}'
ls -l "$work"/reel.mp4 "$work"/ffmpeg.mp4 | awk '{print $NF, $5, "bytes"}' | sed "s|$work/||"
measure validate "$reel" validate "$root/pipelines/first.yaml"
