`reel edit` shows what it understood, as a table and over the time of the media, before it does anything.

  $ cp "$CLIP" clip.mp4; cp "$OTHER" short.mp4

  $ reel edit clip.mp4 "blur the faces from 1:00 to 1:15, cut everything after 2 minutes and fade out" --plan
    words                stage      times           what it does
    blur the faces fro…  anonymize  1:00..1:15      Blurs every face, wherever it
                                                    goes
    cut everything aft…  cut        2:00..3:00.256  Cuts this out
    fade out             fade       all             Fades out
  
    anonymize  ......................======.......................................
    cut        ............................................=======================
    fade       ===================================================================
               0:00       0:30       1:00       1:30       2:00       2:30
  
  reel: 1
  stages:
    - uses: source
      with: { uri: clip.mp4 }
    - uses: anonymize
      during: 1:00..1:15
      with: { target: face }
    - uses: cut
      with: { remove: [ 2:00.. ] }
    - uses: fade
      with: { direction: out }
    - uses: sink
      with: { uri: clip-edited.mp4 }

What is missing is asked for, what cannot be done is said, and nothing runs.

  $ reel edit clip.mp4 "remvoe object from 0:10 to 0:15. Play it backwards." --yes
  prompt:1:1: note: read `remvoe` as `remove` [spelling]
      1 | remvoe object from 0:10 to 0:15. Play it backwards.
        | ^~~~~~
  prompt:1:1: question: Which object is to be removed? Draw a box around it, or name one of: face, person [which-object]
      1 | remvoe object from 0:10 to 0:15. Play it backwards.
        | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: answers: draw a box around it, face or person
  prompt:1:34: error: playing backwards is not possible [out-of-scope]
      1 | remvoe object from 0:10 to 0:15. Play it backwards.
        |                                  ^~~~~~~~~~~~~~~~~
        hint: what can be done: `slow motion`, `double speed` or `freeze at 2:15 for 3 seconds`
  [2]

With a box there is nothing left to ask. Without a terminal it runs only with --yes.

  $ reel edit clip.mp4 "remove object from 0:10 to 0:15" --region 0.4,0.4,0.2,0.2
    words                stage           times       what it does
    remove object from…  object-removal  0:10..0:15  Removes what is drawn
  
    object-removal  ...===........................................................
                    0:00      0:30      1:00      1:30       2:00      2:30
  error: nothing was run: there is nobody to ask
    hint: --yes runs it, --plan only shows it
  [2]

  $ reel edit clip.mp4 "remove the lamp from 0:10 to 0:15" --region lamp=192px,140px,96px,70px --yaml
  reel: 1
  stages:
    - uses: source
      with: { uri: clip.mp4 }
    - uses: object-removal
      during: 0:10..0:15
      with: { region: { box: [192, 140, 96, 70], unit: px } }
    - uses: sink
      with: { uri: clip-edited.mp4 }

  $ reel edit short.mp4 "mute the sound" --yes --progress none
    words           stage  times  what it does
    mute the sound  mute   all    Mute: mute the sound
  
    mute  ========================================================================
          0:00      0:02      0:04      0:06       0:08      0:10      0:12

  $ reel edit short.mp4 "mute the sound" --yes --progress none
    words           stage  times  what it does
    mute the sound  mute   all    Mute: mute the sound
  
    mute  ========================================================================
          0:00      0:02      0:04      0:06       0:08      0:10      0:12
  error: short-edited.mp4 is there already
    hint: name another file with -o, or this one to replace it
  [2]

  $ reel edit short.mp4 "mute the sound" --yes --progress none -o short-edited.mp4
    words           stage  times  what it does
    mute the sound  mute   all    Mute: mute the sound
  
    mute  ========================================================================
          0:00      0:02      0:04      0:06       0:08      0:10      0:12

A further prompt is about what came of the one before; a pipeline's file can be edited in the same way.

  $ reel edit short.mp4 "blur the video from 0:02 to 0:04" "mute the sound" --yaml > first.yaml; cat first.yaml
  reel: 1
  stages:
    - uses: source
      with: { uri: short.mp4 }
    - uses: blur
      during: 0:02..0:04
    - uses: mute
    - uses: sink
      with: { uri: short-edited.mp4 }

  $ reel edit first.yaml "crop it to a square" --write
    words                stage  times  what it does
    crop it to a squar…  crop   all    Crop: crop it to a square
  
    crop  ========================================================================
          0:00      0:02      0:04      0:06       0:08      0:10      0:12
  
  @@ -5,5 +5,7 @@
     - uses: blur
       during: 0:02..0:04
     - uses: mute
  +  - uses: crop
  +    with: { aspect: "1:1" }
     - uses: sink
       with: { uri: short-edited.mp4 }
  wrote first.yaml

  $ reel edit first.yaml "asdf qwer" --json | head -12
  {
    "complete": false,
    "prompts": [
      {
        "clauses": [],
        "complete": false,
        "difference": "",
        "notes": [],
        "prompt": "asdf qwer",
        "questions": [],
        "refusals": [],
        "unknown": [

  $ reel edit - "make it black and white" --yes --dry-run < first.yaml | grep -A 5 '@@'
  @@ -5,6 +5,8 @@
     - uses: blur
       during: 0:02..0:04
     - uses: mute
  +  - uses: color
  +    with: { saturation: 0 }

Mistakes on the command line.

  $ reel edit clip.mp4
  error: PROMPT is missing: What is to be done; each further one is about what came of those before
    hint: `reel edit --help` shows the options
  [2]

  $ reel edit nothing.mp4 "blur the video"
  error: there is no file 'nothing.mp4'
    hint: check the spelling and the folder
  [2]

  $ reel edit clip.mp4 "blur the lamp" --region lamp=0.5,0.5,0.6,0.1
  error: --region lamp=0.5,0.5,0.6,0.1: it reaches past the edge of the picture by its width
    hint: for example --region lamp=0.62,0.05,0.2,0.18, or in pixels --region 300px,20px,96px,64px
  [2]

  $ reel edit clip.mp4 "blur the lamp" --region 10px,0.5,0.1,0.1
  error: --region 10px,0.5,0.1,0.1: expected all four in px, or none of them
    hint: for example --region lamp=0.62,0.05,0.2,0.18, or in pixels --region 300px,20px,96px,64px
  [2]

  $ reel edit clip.mp4 "blur the lamp" --region 10,20
  error: --region 10,20: expected four numbers: left, top, width, height
    hint: for example --region lamp=0.62,0.05,0.2,0.18, or in pixels --region 300px,20px,96px,64px
  [2]

  $ reel edit clip.mp4 "mute" --write
  error: --write needs a pipeline's file to write to
    hint: name a .yaml file instead of media
  [2]

  $ reel edit clip.mp4 "mute" --set input=clip.mp4
  error: --set has nothing to stand for: 'clip.mp4' is no pipeline
  [2]

  $ reel edit - "mute" < first.yaml
  error: standard input cannot be both the pipeline and the answers
    hint: add --plan, --yaml or --yes
  [2]

  $ printf 'reel: 1\nstages:\n  - uses: blurr\n' > wrong.yaml; reel edit wrong.yaml "mute the sound"
  wrong.yaml:3:11: error: there is no stage 'blurr' [unknown-stage]
      3 |   - uses: blurr
        |           ^~~~~
        hint: did you mean 'blur'?
  [2]
