#!/usr/bin/env bash
# Backup and restore as docs/guide/operators.md has it: from the private database, while work goes on, to a server with roles of its own.
set -euo pipefail
work=$(mktemp -d)
chmod 755 "$work"
. "$REEL_SOURCE_DIR/tests/operations/postgres.sh"
reel=$REEL_BUILD_DIR/bin/reel
export XDG_CONFIG_HOME=$work REEL_STATE=$work/old
finish() {
  for server in "$work/server" "$work/old/postgres"; do [ ! -e "$server/data/postmaster.pid" ] || stop_postgres "$server" || true; done
  rm -rf "$work"
}
trap finish EXIT

ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x90:rate=25:duration=1 -c:v libx264 "$work/clip.mp4"
record() {  # NAME STAGE: a recorded run of a pipeline with one stage between source and sink
  printf 'reel: 1\nname: %s\nstages:\n  - uses: source\n    with: { uri: %s }\n%s\n  - uses: sink\n    with: { uri: %s }\n' \
    "$1" "$work/clip.mp4" "$2" "$work/$1.mp4" >"$work/$1.yaml"
  "$reel" run --record --progress none "$work/$1.yaml" || [ "$1" = fails ]
}
record works '  - uses: blur'
record fails '  - { uses: gst/identity, with: { error-after: 3 } }'
"$reel" jobs --json >"$work/jobs"
for id in 1 2; do "$reel" logs --json "$id"; done >"$work/logs"
[ "$(wc -l <"$work/logs")" -gt 1 ]

# What the state folder holds besides: files of rows, and what can be made again.
put() { for file in "$@"; do mkdir -p "$(dirname "$REEL_STATE/$file")"; echo "$file" >"$REEL_STATE/$file"; done; }
put key uploads/aa uploads/bb videos/1/original results/1-1/a.mp4 results/2-1/b.mp4 work/2-1/half user-spans/1/span registry/x

# A backup with the guide's own commands, while a result is removed, an upload becomes a video, and another result comes. There is an
# older backup in the same place.
as_guided() {  # BEGINNING-OF-THE-LINE
  local line
  line=$(sed -n "s|/var/lib/reelwork/|$REEL_STATE/|; s|/backup/|$work/backup/|g; s|sudo -u postgres ||; /^$1/p" "$REEL_SOURCE_DIR/docs/guide/operators.md")
  [ -n "$line" ] || { echo "the guide has no line '$1'"; exit 1; }
  eval "$line"
}
as_guided 'copy() '
mkdir -p "$work/backup/state/uploads" "$work/backup/state/results/0-1"
echo half >"$work/backup/state/uploads/aa"
# As a running `reel serve` would.
as_owner_of "$REEL_STATE/postgres" "$server_programs/pg_ctl" -D "$REEL_STATE/postgres/data" -s -w -l /dev/null start
as_guided 'copy --delete'
pg_dump -h "$REEL_STATE/postgres" -U reelwork -Fc reelwork >"$work/backup/reelwork.dump"
rm -r "$REEL_STATE/results/1-1"
put videos/2/original results/3-1/c.mp4
rm "$REEL_STATE/uploads/aa"
as_guided 'copy$'
stop_postgres "$REEL_STATE/postgres"
expected='key results/1-1/a.mp4 results/2-1/b.mp4 results/3-1/c.mp4 uploads/bb videos/1/original videos/2/original'
found=$(cd "$work/backup/state" && find . -type f -printf '%P\n' | sort | xargs)
[ "$found" = "$expected" ] || { echo "the backup has: $found"; exit 1; }

# The restore, on another machine.
start_postgres "$work/server"
psql -q -f "$REEL_SOURCE_DIR/config/postgresql/setup.sql"
as_guided 'pg_restore '
export REEL_STATE=$work/new REEL_DATABASE_URL="postgresql://reelwork@/reelwork?host=$PGHOST"
rsync -a "$work/backup/state/" "$REEL_STATE/"
"$reel" jobs --json | diff "$work/jobs" -
for id in 1 2; do "$reel" logs --json "$id"; done | diff "$work/logs" -

# It goes on where it was.
record again '  - uses: blur'
"$reel" jobs 3 | grep -q again
# And the private database as a whole, copied while nothing runs.
unset REEL_DATABASE_URL
cp -a "$work/old" "$work/cold"
REEL_STATE=$work/cold "$reel" jobs --json | diff "$work/jobs" -
