#!/usr/bin/env bash
# The roles of config/postgresql: migrations by the owner, the service with its rows and nothing else.
set -euo pipefail
work=$(mktemp -d)
chmod 755 "$work"
. "$REEL_SOURCE_DIR/tests/operations/postgres.sh"
reel=$REEL_BUILD_DIR/bin/reel
start_postgres "$work/server"
trap 'stop_postgres "$work/server"; rm -rf "$work"' EXIT
export REEL_STATE=$work/state XDG_CONFIG_HOME=$work

psql -q -f "$REEL_SOURCE_DIR/config/postgresql/setup.sql"
service="postgresql://reelwork@/reelwork?host=$PGHOST"
owner="postgresql://postgres@/reelwork?host=$PGHOST&options=-crole%3Dreelwork_owner"

# A new program's tables are not the service's to make.
if said=$(REEL_DATABASE_URL=$service "$reel" jobs 2>&1); then echo "the service migrated: $said"; exit 1; fi
grep -q 'permission denied' <<<"$said" || { echo "$said"; exit 1; }
REEL_DATABASE_URL=$owner "$reel" db migrate
owners=$(psql -d reelwork -Atc "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
[ "$owners" = reelwork_owner ]

# Its work it can do.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=160x90:rate=25:duration=1 -c:v libx264 "$work/clip.mp4"
cat >"$work/pipeline.yaml" <<END
reel: 1
stages:
  - uses: source
    with: { uri: $work/clip.mp4 }
  - uses: blur
    with: { radius: 3 }
  - uses: sink
    with: { uri: $work/out.mp4 }
END
export REEL_DATABASE_URL=$service
"$reel" run --record --progress none "$work/pipeline.yaml"
"$reel" jobs --state succeeded --limit 1 | grep -q succeeded

# Every table and function that there is, is the service's to use.
lacking=$(psql -d reelwork -Atc "
  SELECT table_name || ' ' || privilege FROM information_schema.tables, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) privilege
  WHERE table_schema = 'public' AND NOT has_table_privilege('reelwork', format('public.%I', table_name), privilege)
  UNION SELECT p.oid::regprocedure::text FROM pg_proc p
  WHERE pronamespace = 'public'::regnamespace AND NOT has_function_privilege('reelwork', p.oid, 'EXECUTE')")
[ -z "$lacking" ] || { echo "the service lacks: $lacking"; exit 1; }

refused() {  # SQL
  local said
  if said=$(psql -U reelwork -d reelwork -c "$1" 2>&1); then echo "the service may: $1"; exit 1; fi
  grep -Eq 'permission denied|must be owner|must be superuser' <<<"$said" || { echo "$1: $said"; exit 1; }
}
refused 'DROP TABLE requests'
refused 'TRUNCATE requests CASCADE'
refused 'ALTER TABLE requests DISABLE TRIGGER ALL'
refused 'CREATE TABLE mine ()'
refused 'CREATE SCHEMA mine'
refused 'CREATE TEMPORARY TABLE mine ()'
refused 'SET ROLE reelwork_owner'
refused "COPY requests TO PROGRAM 'true'"
psql -q -c 'CREATE ROLE stranger LOGIN'
if psql -U stranger -d reelwork -c 'SELECT' 2>/dev/null; then echo "anyone may enter"; exit 1; fi
