The database that jobs are kept in: which it is, and the version of its schema. No password is shown.

  $ reel db status
  private database in FOLDER/state/postgres: schema version 0 of 3; `reel db migrate` brings it up to date

  $ reel db migrate
  private database in FOLDER/state/postgres: schema version 3 of 3, up to date

  $ reel db migrate
  private database in FOLDER/state/postgres: schema version 3 of 3, up to date

  $ reel db status --json
  {
    "database": "private database in FOLDER/state/postgres",
    "schema_version": 3,
    "newest_version": 3
  }

  $ REEL_DATABASE_URL=postgresql://bob:s3cr3t@localhost:1/media reel db status
  error: The database "media" on localhost cannot be reached: Connection refused.
    hint: Check that the server runs and that the database URL is right.
  [1]
