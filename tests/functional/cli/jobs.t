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
      "paused": false,
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
  No recorded job is in the state 'failed'.

A run that fails is kept with its error and its place; numbers that are none are refused.

  $ printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: "%s" }\n  - uses: sink\n    with: { uri: out.xyz }\n' "$OTHER" > fails.yaml
  > reel run fails.yaml --progress none --record
  job 2
  fails.yaml:5:11: error: cannot tell what kind of file 'out.xyz' is to be: the extension '.xyz' is not known; expected one of .mp4 .m4v .m4a .mov .qt .mkv .mka .webm .wav .flac .mp3 .ogg .oga .opus .png .jpg .jpeg, or set 'container' [run-failed]
      5 |   - uses: sink
        |           ^~~~
  [1]

  $ reel jobs 2 --json | grep -A6 '"error"'
    "error": {
      "code": "run-failed",
      "column": 11,
      "line": 5,
      "message": "cannot tell what kind of file 'out.xyz' is to be: the extension '.xyz' is not known; expected one of .mp4 .m4v .m4a .mov .qt .mkv .mka .webm .wav .flac .mp3 .ogg .oga .opus .png .jpg .jpeg, or set 'container'",
      "stage": "sink"
    },

  $ reel jobs --state failed | sed -n 2p | cut -c 1-11
  2    failed

  $ reel jobs --state running
  No recorded job is in the state 'running'.

  $ reel logs 2 | tail -1 | cut -c 28-
    error  sink: cannot tell what kind of file 'out.xyz' is to be: the extension '.xyz' is not known; expected one of .mp4 .m4v .m4a .mov .qt .mkv .mka .webm .wav .flac .mp3 .ogg .oga .opus .png .jpg .jpeg, or set 'container' (line 5 of the pipeline)

  $ reel logs 2 --json | tail -1 | grep -o '"level":"[a-z]*"'
  "level":"error"

  $ reel jobs 0
  error: id: expected the number of a job, as `reel jobs` lists them, not '0'
    hint: `reel jobs --help` shows the options
  [2]

  $ ls -A
  .cache
  fails.yaml
  first.mp4
  first.yaml
  state
