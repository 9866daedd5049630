A recorded run leaves its job, its stages and its log in a private PostgreSQL.

  $ reel jobs

  $ reel new pipeline first > /dev/null

  $ reel run first.yaml --set input="$OTHER" --progress none --record

  $ reel jobs --json | grep -v '_at"'

  $ reel logs 1 | head -1 | cut -c 28-

  $ reel logs 7

  $ reel jobs --state failed
