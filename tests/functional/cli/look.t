What a pipeline is and does, without running it: validate, explain, graph, schema, inspect, preview.

  $ reel new pipeline first > /dev/null

Every file is checked, also after one that is not there.

  $ sed 's/blur$/blurr/' first.yaml > wrong.yaml; reel validate first.yaml nothing.yaml . wrong.yaml
  first.yaml: valid
  nothing.yaml: error: there is no such file [unreadable]
        hint: `reel new pipeline NAME` makes one to start from
  .: error: this is a folder, expected a pipeline's YAML file [unreadable]
  wrong.yaml:14:11: error: there is no stage 'blurr' [unknown-stage]
     14 |   - uses: blurr
        |           ^~~~~
        hint: did you mean 'blur'?
  [2]

  $ reel validate wrong.yaml --format json
  {
    "files": [
      {
        "file": "wrong.yaml",
        "valid": false,
        "diagnostics": [
          {
            "severity": "error",
            "code": "unknown-stage",
            "line": 14,
            "column": 11,
            "length": 5,
            "message": "there is no stage 'blurr'",
            "hint": "did you mean 'blur'?"
          }
        ]
      }
    ]
  }
  [2]

  $ reel validate wrong.yaml first.yaml --format sarif | head -24
  {
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
    "version": "2.1.0",
    "runs": [
      {
        "tool": {
          "driver": {
            "name": "reel",
            "version": "0.1.0",
            "rules": [
              {
                "id": "unknown-stage"
              }
            ]
          }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
          {
            "ruleId": "unknown-stage",
            "level": "error",
            "message": {
              "text": "there is no stage 'blurr'\ndid you mean 'blur'?"
            },

  $ reel validate - < wrong.yaml
  <stdin>:14:11: error: there is no stage 'blurr' [unknown-stage]
     14 |   - uses: blurr
        |           ^~~~~
        hint: did you mean 'blur'?
  [2]

  $ reel explain first.yaml
  first.yaml:7:3: error: the parameter 'input' has no value [missing-parameter]
      7 |   input: { type: uri, description: The clip to edit }
        |   ^~~~~
        hint: give it with --set input=…, or declare a default
  [2]

  $ reel explain first.yaml --set input="$OTHER" | head -20
  first: Shortens a clip and blurs a part of the picture for two seconds.
  
  1. source (source, line 10): Reads a media file: any that GStreamer can decode, pictures upright, time from 0
     Media: h264 1280x720, 20 pictures a second and mp3 sound at 16000 Hz, 1 channel; lasts 0:14.
     Pictures: read and decoded.
     Sound: read and decoded.
     Lasts 0:14.
       uri: "MEDIA/cockatoo.mp4"
       video: true  (default)
       audio: true  (default)
       duration: 0:05  (default)
       fps: 25  (default)
  
  2. blur (blur, line 14): Blurs the picture, or a part of it that may move
     Takes what 'source' gives.
     Acts from 0:01 to 0:03; the rest passes unchanged.
     Pictures: changed, each moment by itself.
     Sound: passed on untouched.
     Lasts 0:14.
       radius: 12 px

  $ reel explain first.yaml --set input="$OTHER" --json | head -16
  {
    "file": "first.yaml",
    "name": "first",
    "description": "Shortens a clip and blurs a part of the picture for two seconds.",
    "stages": [
      {
        "id": "source",
        "uses": "source",
        "title": "Source",
        "role": "source",
        "line": 10,
        "from": [],
        "with": {
          "uri": {
            "value": "\"MEDIA/cockatoo.mp4\"",
            "default": false

  $ reel graph first.yaml
  digraph pipeline {
    rankdir=LR;
    bgcolor="white";
    node [fontname="DejaVu Sans", fontsize=11, style=filled, fillcolor="#f4f4f4"];
    edge [fontname="DejaVu Sans", fontsize=9];
    label="first"; labelloc=t; fontname="DejaVu Sans";
    s0 [label="Source\nsource", shape=cds];
    s1 [label="Blur\nblur\nfrom 0:01 to 0:03", shape=box];
    s2 [label="Cut\ncut", shape=box];
    s3 [label="Sink\nsink", shape=note];
    s0 -> s1 [color="#1f5fbf", label="picture"];
    s0 -> s1 [color="#b3541e", label="sound", style=dashed];
    s1 -> s2 [color="#1f5fbf", label="picture"];
    s1 -> s2 [color="#b3541e", label="sound", style=dashed];
    s2 -> s3 [color="#1f5fbf", label="picture"];
    s2 -> s3 [color="#b3541e", label="sound", style=dashed];
  }

  $ reel graph first.yaml -o first.svg; head -c 5 first.svg
  first.svg
  <?xml

  $ reel graph first.yaml -o first.gif
  error: first.gif: expected a name that ends in .svg, .png, .pdf or .dot
  [2]

  $ reel graph first.yaml -o no/such/first.svg
  error: there is no folder 'no/such' to write to
    hint: make it first: mkdir -p no/such
  [2]

  $ mkdir folder.svg; reel graph first.yaml -o folder.svg
  error: 'folder.svg' is a folder, expected the name of a file
    hint: write to another file
  [2]

  $ reel schema | head -8
  {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Reelwork pipeline",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "reel": {
        "const": 1,

  $ reel inspect | grep -E "^(blur|mute|volume) "
  blur            Blurs the picture, or a part of it that may move
  mute            Silences sound
  volume          Makes sound louder or quieter

  $ reel inspect blur
  blur: Blur
  
    Blurs the picture, or a part of it that may move
  
    kind     filter
    takes    picture
    gives    picture
    picture  pointwise
    during   may be given
    element  reel-blur of org.reelwork.picture
  
  Parameters (of `with:`; * takes keyframes)
  
    radius *   number  How far details spread: the standard deviation of the
                       Gaussian, as in image editors. 0 to 200 px. Default: 8.
    region *   region  Part of the picture to blur; all of it when empty.
    feather *  number  Width of the soft edge of the region. 0 to 500 px. Default:
                       0.

  $ reel inspect fade --json | head -12
  {
    "contract": {
      "audio": "pointwise",
      "video": "pointwise"
    },
    "during": true,
    "element": "reel-fade",
    "gives": [
      "video",
      "audio"
    ],
    "name": "fade",

  $ reel inspect gst/videoflip | head -12
  gst/videoflip: Video flipper
  
    Flips and rotates video
  
    kind     filter
    takes    picture
    gives    picture
    picture  pointwise
    during   may be given
    element  videoflip
  
  Parameters (of `with:`; * takes keyframes)

A preview is one picture, and it writes over no file of the pipeline.

  $ reel preview first.yaml --set input="$OTHER" --at 0:02 -o p.png
  p.png: 1280x720 at 0:02

  $ ffprobe -v error -show_entries stream=codec_name,width,height -of csv=p=0 p.png
  png,1280,720

  $ reel preview first.yaml --set input="$OTHER" --at 0:09 -o p.png
  error: there is no picture at 0:09: the result lasts 0:05
    hint: choose an earlier time
  [2]

  $ reel preview first.yaml --set input="$OTHER" --at 2 -o p.png
  error: --at 2: expected a time like 1:05, 2.5s or 250ms
  [2]

  $ reel preview first.yaml --set input="$OTHER" --at 50f -o p.png
  error: --at 50f: expected a time like 1:05, 2.5s or 250ms
  [2]

  $ reel preview first.yaml --set input="$OTHER" --at 0:02 -o p.gif
  error: 'p.gif' is no name for a picture
    hint: end it in .png or .jpg
  [2]

  $ reel preview first.yaml --set input="$OTHER" --at 0:02 -o no/such/p.png
  error: there is no folder 'no/such' to write to
    hint: make it first: mkdir -p no/such
  [2]

  $ reel preview first.yaml --set input=p.png --at 0:02 -o ./p.png
  error: './p.png' is a file of the pipeline, which this would overwrite
    hint: write to another file
  [2]

  $ ls -A
  .cache
  first.svg
  first.yaml
  folder.svg
  p.png
  wrong.yaml

  $ reel doctor | sed -n '/^missing/p; /plugins/p; /PostgreSQL/p; /Graphviz/p; /^state/p' | sed 's/[0-9][0-9]* /N /g'
  ok         N plugins with N stages
  ok         PostgreSQL, for recorded jobs
  ok         Graphviz, for `reel graph`
  state folder: FOLDER/state
