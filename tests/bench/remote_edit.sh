#!/usr/bin/env bash
# What an edit of a large object costs: bytes that go over the line for `reel probe`, `reel explain` and `reel run`, from S3 to S3.
#
#   tests/bench/remote_edit.sh [MINUTES [MEGABITS]]     default: 27 minutes of 1080p at 20 megabits a second, 4.1 GB
#
# The server is OpenStack Swift on this machine, behind a proxy that counts; the clip is made from the one that ./test fetches. Prints for
# each command megabytes to and from this machine, seconds, and the peak of memory. The last edit is run once more with --verify, for
# which everything has to come here. Needs a release build, python3, ffmpeg, aws, and disk for five times the object.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
reel=$root/build/release/bin/reel
minutes=${1-27} megabits=${2-20}
work=$(mktemp -d)
pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

source=$root/.cache/media/wannaworktogether.mp4
ffmpeg -nostdin -v error -t 30 -i "$source" -vf scale=1920:1080,setsar=1 -r 30 -an -c:v libx264 -preset veryfast -g 60 \
  -b:v "${megabits}M" -minrate "${megabits}M" -maxrate "${megabits}M" -bufsize "${megabits}M" -x264-params nal-hrd=cbr part.mp4
ffmpeg -nostdin -v error -i "$source" -vn -c:a copy sound.mp4
for _ in $(seq "$(awk "BEGIN {print int(2 * $minutes + 0.5)}")"); do echo "file part.mp4"; done >list.txt
ffmpeg -nostdin -v error -f concat -i list.txt -stream_loop -1 -i sound.mp4 -map 0:v -map 1:a -shortest -c:v copy -c:a aac \
  -movflags +faststart clip.mp4

url() { until grep -q "listening on" "$1" 2>/dev/null; do sleep 0.1; done; sed -n 's/^listening on //p' "$1"; }
/usr/bin/python3 "$root/tests/support/swift_server.py" "$work/swift" >swift.log 2>&1 & pids+=($!)
swift=$(url swift.log)
/usr/bin/python3 "$root/tests/support/counting_proxy.py" "${swift##*:}" >proxy.log 2>&1 & pids+=($!)
proxy=$(url proxy.log)
export AWS_CONFIG_FILE=/nowhere AWS_SHARED_CREDENTIALS_FILE=/nowhere AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test:tester AWS_SECRET_ACCESS_KEY=testing+/1 AWS_ENDPOINT_URL=$proxy TMPDIR=$work
aws --endpoint-url "$swift" s3 mb s3://media >/dev/null
aws --endpoint-url "$swift" s3 cp --quiet clip.mp4 s3://media/clip.mp4
echo "$(stat -c %s clip.mp4) bytes, $minutes min"
rm clip.mp4

pipeline() {  # NAME: the stages between source and sink come from standard input
  { printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: s3://media/clip.mp4 }\n'
    cat
    printf '  - uses: sink\n    with: { uri: s3://media/%s.mp4 }\n' "$1"; } >"$1.yaml"
}
middle=$(awk "BEGIN {print int($minutes * 30)}")
printf '  - uses: blur\n    during: %ss..%ss\n    with: { radius: 12 }\n' "$middle" "$((middle + 10))" | pipeline blur
printf '  - uses: cut\n    with: { remove: [ %ss..%s.3s ] }\n' "$middle" "$((middle + 20))" | pipeline cut

moved() { curl -sf "$proxy/bytes-moved"; }
measure() {  # NAME COMMAND...
  local name=$1 used; shift
  moved >/dev/null
  used=$(python3 "$root/tests/bench/measure.py" "$@")
  echo "$(moved) $used" | awk -v name="$name" '{printf "%-24s %10.1f %10.1f %9.2f s %6d MB\n", name, $1 / 1e6, $2 / 1e6, $3, $5}'
}
run=("$reel" run --no-cache --progress none)
printf '%-24s %10s %10s %11s %9s\n' '' 'MB to here' 'from here' time memory
measure probe "$reel" probe s3://media/clip.mp4
measure 'explain, 10 s blurred' "$reel" explain blur.yaml
measure 'run, 10 s blurred' "${run[@]}" blur.yaml
measure 'explain, 20 s cut out' "$reel" explain cut.yaml
measure 'run, 20 s cut out' "${run[@]}" cut.yaml
measure 'the blur, --verify' "${run[@]}" --verify blur.yaml
