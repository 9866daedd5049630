Mistyped commands and options get the nearest right one, and exit code 2.

  $ reel valdate x.yaml
  error: there is no command 'valdate'
    hint: did you mean 'reel validate'?
  [2]

  $ reel
  error: a command is missing
    hint: `reel --help` lists the commands
  [2]

  $ reel -v
  error: a command is missing
    hint: `reel --help` lists the commands
  [2]

  $ reel run
  error: PIPELINE is missing: The pipeline's YAML file; - reads standard input
    hint: `reel run --help` shows the options
  [2]

  $ reel run --prgress none x.yaml
  error: `reel run` has no option '--prgress'
    hint: did you mean '--progress'?
  [2]

  $ reel --verbos run x.yaml
  error: `reel run` has no option '--verbos'
    hint: did you mean '--verbose'?
  [2]

  $ reel run x.yaml -z
  error: `reel run` has no option '-z'
    hint: `reel run --help` shows the options
  [2]

  $ reel run one.yaml two.yaml
  error: 'two.yaml' is one argument too many
    hint: `reel run --help` shows the options
  [2]

  $ reel run x.yaml --progress fast
  error: --progress: expected auto, plain, json or none, not 'fast'
    hint: `reel run --help` shows the options
  [2]

  $ reel run x.yaml --set
  error: --set needs a value: --set NAME=VALUE
    hint: `reel run --help` shows the options
  [2]

  $ reel validate x.yaml --format xml
  error: --format: expected text, json or sarif, not 'xml'
    hint: `reel validate --help` shows the options
  [2]

  $ reel preview x.yaml
  error: --at TIME is missing: Time in the result, like 1:05
    hint: `reel preview --help` shows the options
  [2]

  $ reel new thing x
  error: kind: expected pipeline or plugin, not 'thing'
    hint: `reel new --help` shows the options
  [2]

  $ reel completion tcsh
  error: shell: expected bash, zsh or fish, not 'tcsh'
    hint: `reel completion --help` shows the options
  [2]

  $ reel logs
  error: ID is missing: A job's number
    hint: `reel logs --help` shows the options
  [2]

  $ reel jobs first
  error: id: expected the number of a job, as `reel jobs` lists them, not 'first'
    hint: `reel jobs --help` shows the options
  [2]

  $ reel --config nowhere.yaml inspect
  error: cannot read the configuration nowhere.yaml
    hint: check that the file exists and that you may read it
  [2]

  $ reel --version
  reel 0.1.0

Every command has its help, which names all its options.

  $ reel preview --help
  Write one picture of the result, without running it all
  Usage: reel preview [OPTIONS] pipeline
  
  Positionals:
    pipeline PIPELINE REQUIRED  The pipeline's YAML file; - reads standard input
  
  Options:
    -h,--help                   Print this help message and exit
    --set NAME=VALUE ...        Value of one of the pipeline's params; may be repeated
    --at TIME REQUIRED          Time in the result, like 1:05
    -o,--output FILE REQUIRED   Picture to write: .png or .jpg
  

  $ reel --help | sed -n '/^Subcommands/,$p'
  Subcommands:
    run                         Run a pipeline
    generate                    Have a video made from words, by Luma
    edit                        Edit media, or a pipeline, by what you say
    export                      Write pictures as another program's document, by an exporter
    validate                    Check pipelines and show every fault with its place
    explain                     Say in words what a pipeline will do, with every default
    preview                     Write one picture of the result, without running it all
    graph                       Draw a pipeline as a picture
    verify                      Prove that an edit left all else as it was
    probe                       Show the streams, durations and keyframes of a media file
    inspect                     List the stages, or show one stage's parameters
    plugins                     List the plugins
    schema                      Print the JSON Schema of the pipeline language, with all installed stages
    jobs                        List recorded jobs, newest first, or show one
    logs                        Show the log of a recorded job
    serve                       Run the control plane: HTTP API, queue and a worker
    worker                      Run requests of a control plane
    admin                       Users, workers and the queue of a control plane
    db                          The database that jobs are kept in, and the version of its schema
    login                       Log in to a server: make an API token there and keep it
    logout                      Log out of a server: remove the token there and here
    submit                      Have a server run a pipeline
    cancel                      Cancel a job on a server
    retry                       Have a server do a job again, as a new one
    pause                       Hold a job on a server
    resume                      Let a held job on a server go on
    fetch                       Get the results of a job from a server
    cache                       Rendered spans that runs keep, so that later runs need not
    models                      Models that find things in pictures, for `target:` of stages
    new                         Make a pipeline or a plugin project to start from
    doctor                      Check this machine and say what to install
    completion                  Print a completion script for a shell
    manual                      Print the manual page, for man(1)
  

Stages: the nearest, also among the elements of GStreamer; why an element is none.

  $ reel inspect blurr
  error: there is no stage 'blurr'
    hint: did you mean 'blur'?
  [2]

  $ reel inspect gst/videofilp
  error: there is no stage 'gst/videofilp'
    hint: did you mean 'gst/videoflip'?
  [2]

  $ reel inspect gst/x264enc
  error: gst/x264enc: the element x264enc does not give raw pictures or sound, as stages do; `sink` encodes by itself
  [2]

  $ reel inspect gst/filesink
  error: gst/filesink: the element filesink takes bytes of any kind, not pictures or sound; `sink` writes files
  [2]

  $ reel inspect gst/reel-blur
  error: gst/reel-blur: the element reel-blur is the stage 'blur': write `uses: blur`
  [2]
