A recorded run leaves its job, its stages and its log in a private PostgreSQL.

  $ reel jobs
  No jobs are recorded yet. `reel run --record PIPELINE` records one.

  $ reel new pipeline first > /dev/null

  $ reel run first.yaml --set input="$OTHER" --progress none --record
  job 1

  $ reel jobs --json | grep -v '_at"'
  [
    {
      "artifacts": [
        "first.mp4"
      ],
      "attempts": 1,
      "fraction": 1.0,
      "frames": 100,
      "id": 1,
      "pipeline": "first",
      "stages": [
        {
          "frames": 1[0-9][0-9], (re)
          "id": "source",
          "state": "done",
          "uses": "source"
        },
        {
          "frames": 1[0-9][0-9], (re)
          "id": "blur",
          "state": "done",
          "uses": "blur"
        },
        {
          "frames": 1[0-9][0-9], (re)
          "id": "cut",
          "state": "done",
          "uses": "cut"
        },
        {
          "frames": 1[0-9][0-9], (re)
          "id": "sink",
          "state": "done",
          "uses": "sink"
        }
      ],
      "state": "succeeded",
      "video": "MEDIA/cockatoo.mp4"
    }
  ]

  $ reel logs 1 | head -1 | cut -c 28-
    info  source: reads h264 1280x720, 20 pictures a second and mp3 sound at 16000 Hz, 1 channel; lasts 0:14

  $ reel logs 7
  error: there is no job 7
    hint: `reel jobs` lists them
  [2]

  $ reel jobs --state failed
  No jobs are recorded yet. `reel run --record PIPELINE` records one.
