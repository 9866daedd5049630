#!/usr/bin/env bash
# What edits cost: `reel run` against ffmpeg doing the same edit, side by side in one run.
#
#   tests/bench/edit.sh [MINUTES [LONG [HEIGHT]]]     default: 10 minutes of 1080p, and an edit of 60 minutes against the same of 10
#
# The clips are made from the one that ./test fetches, at 30 pictures a second; LONG 0 leaves the second part out. Prints seconds of
# wall clock and of processor time, the peak of memory, and how many times less reel takes. Each command of reel runs once before,
# so that the system has read the files, and keeps no rendered spans; the commands of ffmpeg read the same files. Needs a release
# build, python3 and ffmpeg, for an hour of 1080p 6 GB of disk, and an idle machine.
#
# Times of the edits scale with MINUTES, so that a short trial (`edit.sh 0.5 0 180`) touches the same parts.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
reel=$root/build/release/bin/reel
minutes=${1-10} long=${2-60} height=${3-1080}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Half minutes of one clip, one after the other, with sound that goes on without a gap.
clip() {  # MINUTES NAME
  for _ in $(seq "$(awk "BEGIN {print int(2 * $1 + 0.5)}")"); do echo "file part.mp4"; done >list.txt
  ffmpeg -nostdin -y -v error -f concat -i list.txt -stream_loop -1 -i sound.mp4 -map 0:v -map 1:a -shortest -c:v copy -c:a aac \
    -movflags +faststart "$2"
}
source=$root/.cache/media/wannaworktogether.mp4
ffmpeg -nostdin -v error -t 30 -i "$source" -vf "scale=$((height * 16 / 9 / 2 * 2)):$height,setsar=1" -r 30 -an \
  -c:v libx264 -preset veryfast -crf 20 -g 60 part.mp4
ffmpeg -nostdin -v error -i "$source" -vn -c:a copy sound.mp4
clip "$minutes" clip.mp4

measure() { python3 "$root/tests/bench/measure.py" "$@"; }  # COMMAND...

twice() { measure "$@" >/dev/null; measure "$@"; }

at() { awk "BEGIN {printf \"%.3f\", $1 * $minutes / 10}"; }  # a moment of ten minutes, in seconds of this clip

pipeline() {  # NAME OUTPUT: the stages between source and sink come from standard input
  { printf 'reel: 1\nparams:\n  input: { type: uri, default: clip.mp4 }\nstages:\n  - uses: source\n    with: { uri: "${input}" }\n'
    cat
    printf '  - uses: sink\n    with: { uri: %s }\n' "$2"; } >"$1.yaml"
}

header() { printf '%-28s %9s %9s %8s   %9s %9s %8s   %6s %9s\n' "$1" reel processor memory ffmpeg processor memory 'times less: wall' processor; }

compare() {  # NAME REEL-ARGUMENTS -- FFMPEG-ARGUMENTS
  local name=$1 ours=() theirs; shift
  while [ "$1" != -- ]; do ours+=("$1"); shift; done
  shift
  ours=$(twice "$reel" run --no-cache --progress none "${ours[@]}")
  theirs=$(measure ffmpeg -nostdin -y -v error "$@")
  echo "$ours $theirs" | awk -v name="$name" '{
    printf "%-28s %7.2f s %7.2f s %5d MB   %7.2f s %7.2f s %5d MB   %16.1f %9.1f\n", name, $1, $2, $3, $4, $5, $6, $4 / $1, $5 / $2}'
}

blurred() { printf '  - uses: blur\n    during: %ss..%ss\n    with: { radius: 12 }\n' "$1" "$2"; }
length=15   # seconds that are blurred, whatever the clip's length
[ "$(awk "BEGIN {print ($minutes < 2)}")" = 0 ] || length=2
till() { awk "BEGIN {print $1 + $length}"; }

first=$(at 120) second=$(at 180)
blurred "$first" "$(till "$first")" | pipeline blur blur.mp4
blurred "$second" "$(till "$second")" | pipeline again again.mp4
keep='' removed=''
for cut in '10.3 15.1' '40.7 52.2' '90.4 101.9' '140.6 153.3' '190.2 192.8'; do
  read -r from to <<<"$cut"
  removed+="${removed:+, }$(at "$from")s..$(at "$to")s"
  keep+="${keep:++}between(t,$(at "$from"),$(at "$to"))"
done
printf '  - uses: cut\n    with: { remove: [ %s ] }\n' "$removed" | pipeline cuts cuts.mp4
titled=$(at 20)
till_title=$(awk "BEGIN {print $titled + 5}")
printf '  - uses: text\n    during: %ss..%ss\n    with: { text: "A title" }\n' "$titled" "$till_title" | pipeline title title.mp4
silent=$(at 60)
till_silent=$(awk "BEGIN {print $silent + 3}")
printf '  - uses: mute\n    during: %ss..%ss\n' "$silent" "$till_silent" | pipeline mute mute.mp4
pipeline container clip.mkv </dev/null

encoded=(-c:v libx264 -c:a copy -movflags +faststart)
header "$minutes min of ${height}p"
compare "$length s blurred" blur.yaml -- -i clip.mp4 -vf "boxblur=12:enable='between(t,$first,$(till "$first"))'" "${encoded[@]}" theirs.mp4
compare "five cuts" cuts.yaml -- -i clip.mp4 -vf "select='not($keep)',setpts=N/30/TB" -af "aselect='not($keep)',asetpts=N/SR/TB" \
  -c:v libx264 -c:a aac -movflags +faststart theirs.mp4
compare "a title for 5 s" title.yaml -- -i clip.mp4 -vf "drawtext=text=Title:fontsize=80:enable='between(t,$titled,$till_title)'" "${encoded[@]}" theirs.mp4
compare "an edit of the first edit" again.yaml --set input=blur.mp4 -- -i blur.mp4 \
  -vf "boxblur=12:enable='between(t,$second,$(till "$second"))'" "${encoded[@]}" theirs.mp4
compare "3 s muted" mute.yaml -- -i clip.mp4 -c:v copy -c:a aac -af "volume=0:enable='between(t,$silent,$till_silent)'" -movflags +faststart theirs.mp4
compare "3 s muted, and a plain copy" mute.yaml -- -i clip.mp4 -c copy -movflags +faststart theirs.mp4
compare "another container" container.yaml -- -i clip.mp4 -c copy theirs.mkv

[ "$long" != 0 ] || exit 0
rm -f theirs.* cuts.mp4 title.mp4 mute.mp4 again.mp4 clip.mkv
clip "$long" long.mp4
short=$(twice "$reel" run --no-cache --progress none blur.yaml) far=$(twice "$reel" run --no-cache --progress none blur.yaml --set input=long.mp4)
copied=$(twice ffmpeg -nostdin -y -v error -i clip.mp4 -c copy -movflags +faststart theirs.mp4)
copied_far=$(twice ffmpeg -nostdin -y -v error -i long.mp4 -c copy -movflags +faststart theirs.mp4)
echo "$short $far $copied $copied_far" | awk -v few="$minutes" -v many="$long" '{
  printf "\nthe same blur in %s min: %.2f s wall, %.2f s processor, %d MB; in %s min: %.2f s, %.2f s, %d MB\n", few, $1, $2, $3, many, $4, $5, $6
  printf "a plain copy of %s min: %.2f s wall; of %s min: %.2f s\n", few, $7, many, $10
  printf "beyond copying, %s min cost %.2f times as much as %s min: (%.2f - %.2f) / (%.2f - %.2f)\n",
    many, ($4 - $10) / ($1 - $7), few, $4, $10, $1, $7}'
