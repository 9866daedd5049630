Mistyped commands and options get the nearest right one, and exit code 2.

  $ reel valdate x.yaml
  error: there is no command 'valdate'
    hint: `reel --help` lists the commands
    did you mean 'reel validate'?
  [2]

  $ reel
  error: A subcommand is required
    hint: `reel --help` lists the commands
  [2]

  $ reel run
  error: pipeline is required
    hint: `reel run --help` shows the options
  [2]

  $ reel run --prgress none x.yaml
  error: The following arguments were not expected: x.yaml --prgress
    hint: `reel run --help` shows the options
  [2]

  $ reel --version
  reel 0.1.0

  $ reel inspect blurr
  error: there is no stage 'blurr'
    hint: did you mean 'blur'?
  [2]

  $ reel inspect gst/x264enc
  error: gst/x264enc: the element x264enc does not give raw pictures or sound, as stages do; `sink` encodes by itself
  [2]
