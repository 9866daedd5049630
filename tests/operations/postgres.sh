# Sourced: a PostgreSQL server of the test's own, as Debian sets one up, in the folder $1; psql and reel reach it through $PGHOST.
# PostgreSQL refuses root, so there it runs as postgres.

server_programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -1)

as_owner_of() {  # FOLDER COMMAND...
  local folder=$1; shift
  if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid="$(stat -c %u "$folder")" --regid="$(stat -c %g "$folder")" --clear-groups "$@")
  else "$@"; fi
}

start_postgres() {  # FOLDER
  mkdir -p "$1"
  [ "$(id -u)" != 0 ] || chown postgres:postgres "$1"
  as_owner_of "$1" "$server_programs/initdb" -D "$1/data" -U postgres --auth=trust --no-sync >"$1.log"
  as_owner_of "$1" "$server_programs/pg_ctl" -D "$1/data" -s -w -l "$1/server.log" \
    -o "-c listen_addresses= -c unix_socket_directories='$1' -c fsync=off" start
  export PGHOST=$1 PGUSER=postgres PGDATABASE=postgres
}

stop_postgres() { as_owner_of "$1" "$server_programs/pg_ctl" -D "$1/data" -s -m immediate stop; }
