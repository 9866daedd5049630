Input that is wrong gets one clear message and exit code 2; nothing is left behind.

  $ cat > cut.yaml <<END
  > reel: 1
  > params:
  >   input: { type: uri }
  > stages:
  >   - uses: source
  >     with: { uri: "\${input}" }
  >   - uses: cut
  >     with: { keep: [ 0:01..0:02 ] }
  >   - uses: sink
  >     with: { uri: out.mp4 }
  > END

A pipeline that is not there, a folder, a parameter that was forgotten.

  $ reel run nothing.yaml
  nothing.yaml: error: there is no such file [unreadable]
        hint: `reel new pipeline NAME` makes one to start from
  [2]

  $ reel run .
  .: error: this is a folder, expected a pipeline's YAML file [unreadable]
  [2]

  $ reel run cut.yaml
  cut.yaml:3:3: error: the parameter 'input' has no value [missing-parameter]
      3 |   input: { type: uri }
        |   ^~~~~
        hint: give it with --set input=…, or declare a default
  [2]

  $ reel run cut.yaml --set inptu=clip.mp4
  cut.yaml: error: this pipeline has no parameter 'inptu' [unknown-parameter]
        hint: did you mean 'input'?
  cut.yaml:3:3: error: the parameter 'input' has no value [missing-parameter]
      3 |   input: { type: uri }
        |   ^~~~~
        hint: give it with --set input=…, or declare a default
  [2]

  $ reel run cut.yaml --set input
  error: --set input: expected NAME=VALUE
    hint: for example --set input=clip.mp4
  [2]

Media that are missing, empty, no media, a folder, cut off.

  $ reel run cut.yaml --set input=missing.mp4
  cut.yaml:6:18: error: there is no file 'missing.mp4' [bad-media]
      6 |     with: { uri: "${input}" }
        |                  ^~~~~~~~~~
        hint: check the spelling and the folder
  [2]

  $ touch empty.mp4; reel run cut.yaml --set input=empty.mp4
  cut.yaml:6:18: error: 'empty.mp4' is empty (0 bytes) [bad-media]
      6 |     with: { uri: "${input}" }
        |                  ^~~~~~~~~~
        hint: check how it was copied or downloaded
  [2]

  $ echo "this is a text" > text.mp4; reel run cut.yaml --set input=text.mp4
  cut.yaml:6:18: error: 'text.mp4' is no media file [bad-media]
      6 |     with: { uri: "${input}" }
        |                  ^~~~~~~~~~
        hint: check that it is a video or sound file and that it plays elsewhere
  [2]

  $ mkdir folder.mp4; reel run cut.yaml --set input=folder.mp4
  cut.yaml:6:18: error: 'folder.mp4' is a folder, expected a media file [bad-media]
      6 |     with: { uri: "${input}" }
        |                  ^~~~~~~~~~
        hint: name a file in it
  [2]

  $ head -c 100000 "$CLIP" > cut-off.mp4; reel run cut.yaml --set input=cut-off.mp4
  cut.yaml:6:18: warning: 'cut-off.mp4' is cut short: it ends in the middle of its 'mdat' part [damaged-media]
      6 |     with: { uri: "${input}" }
        |                  ^~~~~~~~~~
        hint: what is left of it is used
  warning: sink: the result lasts 134 ms, but 1 s were expected: the input may be damaged or cut short
  out\.mp4: 134 ms, .* kB, made in .* (re)

A target that cannot be written, equals the source, is a folder, has no known ending.

  $ reel run cut.yaml --set input="$CLIP" --output no/such/folder/out.mp4
  cut.yaml:10:18: error: there is no folder 'no/such/folder' to write to [bad-target]
     10 |     with: { uri: out.mp4 }
        |                  ^~~~~~~
        hint: make it first: mkdir -p no/such/folder
  [2]

  $ reel run cut.yaml --set input="$CLIP" --output '${no}/out.mp4'
  cut.yaml:10:18: error: there is no folder '${no}' to write to [bad-target]
     10 |     with: { uri: out.mp4 }
        |                  ^~~~~~~
        hint: make it first: mkdir -p ${no}
  [2]

  $ cp "$CLIP" clip.mp4; reel run cut.yaml --set input=clip.mp4 --output ./clip.mp4
  cut.yaml:10:18: error: this would overwrite its own input, given on line 6 [same-file]
     10 |     with: { uri: out.mp4 }
        |                  ^~~~~~~
        hint: write to another file
  [2]

  $ ln clip.mp4 other-name.mp4; reel run cut.yaml --set input=clip.mp4 --output other-name.mp4
  cut.yaml:10:18: error: this would overwrite its own input, given on line 6 [same-file]
     10 |     with: { uri: out.mp4 }
        |                  ^~~~~~~
        hint: write to another file
  [2]

  $ cmp clip.mp4 "$CLIP"

  $ reel run cut.yaml --set input="$CLIP" --output folder.mp4
  cut.yaml:10:18: error: 'folder.mp4' is a folder, expected the name of a file [bad-target]
     10 |     with: { uri: out.mp4 }
        |                  ^~~~~~~
        hint: write to another file
  [2]

  $ reel run cut.yaml --set input="$CLIP" --output out.xyz
  cut.yaml:9:11: error: cannot tell what kind of file 'out.xyz' is to be: the extension '.xyz' is not known; expected one of .mp4 .m4v .m4a .mov .qt .mkv .mka .webm .wav .flac .mp3 .ogg .oga .opus .png .jpg .jpeg, or set 'container' [run-failed]
      9 |   - uses: sink
        |           ^~~~
  [1]

Ranges past the end of the media are faults of the pipeline, at their place.

  $ sed -i 's/0:01..0:02/9:00..9:10/' cut.yaml; reel run cut.yaml --set input="$CLIP"
  cut.yaml:8:19: error: 'keep' begins at 9:00, but what reaches 'cut' lasts only 3:00.256 [past-the-end]
      8 |     with: { keep: [ 9:00..9:10 ] }
        |                   ^
        hint: mind that times count on the stage's own input
  [2]

A damaged middle, a file that may not grow, a report in the wrong place, an input that equals the pipeline.

  $ sed -i 's/9:00..9:10/0:01..0:02/' cut.yaml; python3 -c "
  > d = bytearray(open('clip.mp4', 'rb').read())
  > d[len(d) // 8:len(d) // 8 + 2000] = bytes((i * i >> 3) & 255 for i in range(2000))
  > open('damaged.mp4', 'wb').write(d)"; sed 's/0:01..0:02/0:00..1:00/' cut.yaml > long.yaml
  > reel run long.yaml --set input=damaged.mp4 --progress none --output damaged-out.mp4; ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 damaged-out.mp4
  1796

  $ (ulimit -f 20; reel run cut.yaml --set input=clip.mp4 --progress none --output full.mp4)
  cut.yaml:9:11: error: cannot write 'full.mp4': File too large; the file system or a limit of this process allows no larger file [run-failed]
      9 |   - uses: sink
        |           ^~~~
  [1]

  $ reel run cut.yaml --set input=clip.mp4 --report no/such/report.json
  error: there is no folder 'no/such' to write to
    hint: make it first: mkdir -p no/such
  [2]

  $ reel run cut.yaml --set input=clip.mp4 --report ./out.mp4
  error: './out.mp4' is a file of the pipeline, which this would overwrite
    hint: write to another file
  [2]

  $ reel run cut.yaml --set input=clip.mp4 --report cut.yaml
  error: 'cut.yaml' is a file of the pipeline, which this would overwrite
    hint: write to another file
  [2]

  $ reel run cut.yaml --set input=gopher://bucket/clip.mp4
  cut.yaml:6:18: error: no installed plugin opens 'gopher://' addresses: gopher://bucket/clip.mp4 [bad-media]
      6 |     with: { uri: "${input}" }
        |                  ^~~~~~~~~~
        hint: install a plugin with storage for 'gopher', or use a file on this machine
  [2]

  $ reel run cut.yaml --set input=clip.mp4 --output /dev/full
  cut.yaml:10:18: error: '/dev/full' is not a regular file [bad-target]
     10 |     with: { uri: out.mp4 }
        |                  ^~~~~~~
        hint: write to another file
  [2]

  $ reel run cut.yaml --set input=cut.yaml
  cut.yaml:6:18: error: 'cut.yaml' is no media file [bad-media]
      6 |     with: { uri: "${input}" }
        |                  ^~~~~~~~~~
        hint: check that it is a video or sound file and that it plays elsewhere
  [2]

Ranges that are reversed, overlap, reach past the end or lie behind it.

  $ sed 's/0:01..0:02/2:00..1:00, 0:01..0:05, 0:03..0:09/' cut.yaml > ranges.yaml; reel run ranges.yaml --set input=clip.mp4
  ranges.yaml:8:21: error: 'keep' is no valid range: the range is reversed: 2:00 is after 1:00 [bad-range]
      8 |     with: { keep: [ 2:00..1:00, 0:01..0:05, 0:03..0:09 ] }
        |                     ^~~~~~~~~~
        hint: did you mean '1:00..2:00'?
  ranges.yaml:8:45: error: the range 0:03..0:09 overlaps 0:01..0:05 given before [overlapping-ranges]
      8 |     with: { keep: [ 2:00..1:00, 0:01..0:05, 0:03..0:09 ] }
        |                                             ^~~~~~~~~~
        hint: join the two, or move one
  [2]

  $ sed 's/0:01..0:02/0:30..3:30/' cut.yaml > ranges.yaml; reel run ranges.yaml --set input=clip.mp4 --dry-run 2>&1 >/dev/null
  ranges.yaml:8:19: warning: 'keep' ends at 3:30, but what reaches 'cut' lasts only 3:00.256 [past-the-end]
      8 |     with: { keep: [ 0:30..3:30 ] }
        |                   ^

  $ sed 's/uses: cut/uses: blur/; s/with: { keep.*/during: 9:00..9:10/' cut.yaml > ranges.yaml; reel run ranges.yaml --set input=clip.mp4
  ranges.yaml:8:13: error: 'during' begins at 9:00, but what reaches 'blur' lasts only 3:00.256 [past-the-end]
      8 |     during: 9:00..9:10
        |             ^~~~~~~~~~
        hint: mind that times count on the stage's own input
  [2]

Nothing was left behind.

  $ ls -A
  .cache
  clip.mp4
  cut-off.mp4
  cut.yaml
  damaged-out.mp4
  damaged.mp4
  empty.mp4
  folder.mp4
  long.yaml
  other-name.mp4
  out.mp4
  ranges.yaml
  text.mp4
