#!/usr/bin/env bash
# What edits cost: `reel run` against ffmpeg doing the same edit, side by side in one run.
#
#   tests/bench/edit.sh [MINUTES]     default: 10 minutes of 1080p at 30 pictures a second, made from the clip that ./test fetches
#
# Prints seconds of wall clock and of processor time, the peak of memory, and how many times less reel takes. Each command runs
# once before, so that caches are filled. Needs a release build and python3.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
reel=$root/build/release/bin/reel
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
minutes=${1-10}
cd "$work"

ffmpeg -nostdin -v error -stream_loop -1 -i "$root/.cache/media/wannaworktogether.mp4" -t 60 -vf scale=1920:1080 -r 30 -map 0:v:0 -map 0:a:0 \
  -c:v libx264 -preset veryfast -crf 20 -g 60 -c:a aac minute.mp4
for _ in $(seq "$minutes"); do echo "file minute.mp4"; done >list.txt
ffmpeg -nostdin -v error -f concat -i list.txt -c copy clip.mp4

measure() {  # COMMAND...: "WALL PROCESSOR PEAK", in seconds and MB
  "$@" >/dev/null 2>first.log || { cat first.log >&2; return 1; }
  python3 - "$@" <<'END'
import resource, subprocess, sys, time
begin = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
wall, used = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{wall:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss / 1024:.0f}")
END
}

pipeline() {  # NAME OUTPUT: the stages between source and sink come from standard input
  { printf 'reel: 1\nparams:\n  input: { type: uri, default: clip.mp4 }\nstages:\n  - uses: source\n    with: { uri: "${input}" }\n'
    cat
    printf '  - uses: sink\n    with: { uri: %s }\n' "$2"; } >"$1.yaml"
}

compare() {  # NAME REEL-ARGUMENTS -- FFMPEG-ARGUMENTS
  local name=$1 ours=() theirs; shift
  while [ "$1" != -- ]; do ours+=("$1"); shift; done
  shift
  ours=$(measure "$reel" run --progress none "${ours[@]}")
  theirs=$(measure ffmpeg -nostdin -y -v error "$@")
  echo "$ours $theirs" | awk -v name="$name" '{
    printf "%-28s reel %8.2f s wall %8.2f s processor %5d MB   ffmpeg %8.2f s wall %8.2f s processor   %6.1f and %6.1f times less\n", name, $1, $2, $3, $4, $5, $4 / $1, $5 / $2}'
}

pipeline blur blur.mp4 <<'END'
  - uses: blur
    during: 2:00..2:15
    with: { radius: 12 }
END
pipeline cuts cuts.mp4 <<'END'
  - uses: cut
    with: { remove: [ 0:10.3..0:15.1, 0:40.7..0:52.2, 1:30.4..1:41.9, 2:20.6..2:33.3, 3:10.2..3:12.8 ] }
END
pipeline title title.mp4 <<'END'
  - uses: text
    during: 0:20..0:25
    with: { text: "A title" }
END
pipeline mute mute.mp4 <<'END'
  - uses: mute
    during: 1:00..1:03
END
pipeline container clip.mkv </dev/null
pipeline again again.mp4 <<'END'
  - uses: blur
    during: 3:00..3:15
    with: { radius: 12 }
END
encoded=(-c:v libx264 -c:a copy -movflags +faststart)
keep="between(t,10.3,15.1)+between(t,40.7,52.2)+between(t,90.4,101.9)+between(t,140.6,153.3)+between(t,190.2,192.8)"

compare "15 s blurred" blur.yaml -- -i clip.mp4 -vf "boxblur=12:enable='between(t,120,135)'" "${encoded[@]}" theirs.mp4
compare "five cuts" cuts.yaml -- -i clip.mp4 -vf "select='not($keep)',setpts=N/30/TB" -af "aselect='not($keep)',asetpts=N/SR/TB" \
  -c:v libx264 -c:a aac -movflags +faststart theirs.mp4
compare "a title for 5 s" title.yaml -- -i clip.mp4 -vf "drawtext=text=Title:fontsize=80:enable='between(t,20,25)'" "${encoded[@]}" theirs.mp4
compare "3 s muted" mute.yaml -- -i clip.mp4 -c copy -movflags +faststart theirs.mp4   # against a plain copy
compare "another container" container.yaml -- -i clip.mp4 -c copy theirs.mkv
compare "an edit of the first edit" again.yaml --set input=blur.mp4 -- -i blur.mp4 -vf "boxblur=12:enable='between(t,180,195)'" "${encoded[@]}" theirs.mp4
