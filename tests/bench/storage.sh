#!/usr/bin/env bash
# What it takes to bring a file to S3 and back: Reelwork's elements against awscli and rclone, side by side in one run.
#
#   tests/bench/storage.sh [MEGABYTES [ROUNDS]]     default: 1024 MiB of noise, 5 rounds
#
# The server is the tests' own, OpenStack Swift on loopback, and checks signatures and digests. In each round each of the three sends
# the file and fetches it, in turn, and what came is compared byte by byte. Prints seconds of wall clock and of processor time, the
# median of the rounds; the highest peak of memory; and how many times longer the others take. Reelwork's copy is GStreamer's:
#
#   gst-launch-1.0 filesrc location=F blocksize=1048576 ! reel-storagesink location=s3://bucket/key
#   gst-launch-1.0 reel-storagesrc location=s3://bucket/key blocksize=1048576 ! filesink location=F
#
# Needs a release build, python3-swift, awscli and rclone, an idle machine, and six times the file's size in TMPDIR.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
megabytes=${1-1024} rounds=${2-5}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"

/usr/bin/python3 "$root/tests/support/swift_server.py" swift >server.log 2>&1 &
server=$!
for _ in $(seq 200); do grep -q '^listening' server.log && break; sleep 0.1; done
url=$(sed -n 's/^listening on //p' server.log)
[ -n "$url" ] || { cat server.log >&2; exit 1; }

unset AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION AWS_ENDPOINT_URL_S3 AWS_CA_BUNDLE http_proxy
export AWS_ACCESS_KEY_ID=test:tester AWS_SECRET_ACCESS_KEY=testing+/1 AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=$url
export AWS_CONFIG_FILE=/nowhere AWS_SHARED_CREDENTIALS_FILE=/nowhere AWS_EC2_METADATA_DISABLED=true
export RCLONE_CONFIG=/nowhere RCLONE_CONFIG_S3_TYPE=s3 RCLONE_CONFIG_S3_PROVIDER=Other RCLONE_CONFIG_S3_ENV_AUTH=true
export RCLONE_CONFIG_S3_ENDPOINT=$url
export GST_PLUGIN_PATH=$root/build/release/lib/reelwork/plugins GST_REGISTRY=$work/registry.bin
aws() { /usr/bin/aws --endpoint-url "$url" "$@"; }
aws s3 mb s3://media >/dev/null
gst-inspect-1.0 reel-storagesink >/dev/null   # the registry is written once, by every GStreamer program
head -c "${megabytes}M" /dev/urandom >file

measure() {  # NAME COMMAND...: adds a line "NAME WALL PROCESSOR PEAK" to `measured`
  local name=$1 figures; shift
  figures=$(python3 "$root/tests/bench/measure.py" "$@")
  echo "$name $figures" >>measured
}

send() {
  case $1 in
    reel) measure up-reel timeout 300 gst-launch-1.0 -q filesrc location=file blocksize=1048576 ! reel-storagesink location=s3://media/reel ;;
    awscli) measure up-awscli /usr/bin/aws --endpoint-url "$url" s3 cp --quiet file s3://media/awscli ;;
    rclone) measure up-rclone rclone -q copyto file s3:media/rclone ;;
  esac
}

get() {
  case $1 in
    reel) measure down-reel timeout 300 gst-launch-1.0 -q reel-storagesrc location=s3://media/reel blocksize=1048576 ! filesink location=got ;;
    awscli) measure down-awscli /usr/bin/aws --endpoint-url "$url" s3 cp --quiet s3://media/awscli got ;;
    rclone) measure down-rclone rclone -q copyto s3:media/rclone got ;;
  esac
  cmp file got
  rm got
}

programs=(reel awscli rclone)
for round in $(seq "$rounds"); do
  for program in "${programs[@]}"; do send "$program"; done
  for program in "${programs[@]}"; do get "$program"; done
  aws s3 rm --quiet --recursive s3://media
  programs=("${programs[@]:1}" "${programs[0]}")   # nobody is always the first
done

median() { sed -n "s/^$1 //p" measured | cut -d ' ' -f "$2" | sort -n | sed -n "$(((rounds + 1) / 2))p"; }
most() { sed -n "s/^$1 //p" measured | cut -d ' ' -f 3 | sort -n | tail -1; }
printf '%d MiB, median of %d rounds\n%-12s %9s %9s %9s %8s   %s\n' "$megabytes" "$rounds" '' wall MiB/s processor memory 'times as long as reel'
for way in up down; do
  for program in reel awscli rclone; do
    wall=$(median $way-$program 1)
    awk -v name="$way, $program" -v wall="$wall" -v size="$megabytes" -v used="$(median $way-$program 2)" \
      -v peak="$(most $way-$program)" -v ours="$(median $way-reel 1)" 'BEGIN {
      printf "%-12s %7.2f s %9.0f %7.2f s %5d MB   %.2f\n", name, wall, size / wall, used, peak, wall / ours}'
  done
done
