#!/usr/bin/env bash
# How well reel-object-removal fills holes, how fast, and how well it follows an object: against known truth, in gst-launch-1.0.
#
#   tests/bench/object_removal.sh [FOLDER... | --clips NAME... --kinds KIND... --sizes WIDTHxHEIGHT...] [--content grey|noise|object]
#   tests/bench/object_removal.sh --track [--clips NAME...]
#   either: [--frames COUNT] [--write FOLDER] [--generate FOLDER] [--plugins FOLDER]      see --help
#
# A FOLDER has clean pictures in frames/ and as many masks in masks/. Without one, holes are punched into clips that are known: cuts
# of the clips that ./test fetches, and a camera that moves over photographs, through planes at different depths, or under changing
# light. --clips, --kinds and --sizes replace the list of cases by all their combinations. Prints for each clip the PSNR and SSIM of
# the whole frame, the PSNR of the hole, the warp error, and the frames a second of the element alone (a pipeline with it less the
# same with `identity`), beside Telea's fill of each frame, ffmpeg's delogo, a temporal median, and a pull-push fill of each frame;
# all of them get the same file. Then the means, and which targets are met.
#
# With --track, people and animals with known outlines walk through such clips; the element gets the box around one on the first
# frame. Prints how much of it is covered, and how many times its area.
#
# --write leaves pictures to look at; --generate only writes the clips. Needs a release build, ffmpeg, python3-opencv, 8 GB of
# memory for 1080p, and for the frames a second an idle machine.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/framework/cmake/prepare.sh"
fetch_clips
fetch_large_clips
fetch_photographs
exec /usr/bin/python3 "$root/tests/bench/object_removal.py" "$@"
