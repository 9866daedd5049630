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

  $ reel run .

  $ reel run cut.yaml

  $ reel run cut.yaml --set inptu=clip.mp4

  $ reel run cut.yaml --set input

Media that are missing, empty, no media, a folder, cut off.

  $ reel run cut.yaml --set input=missing.mp4

  $ touch empty.mp4; reel run cut.yaml --set input=empty.mp4

  $ echo "this is a text" > text.mp4; reel run cut.yaml --set input=text.mp4

  $ mkdir folder.mp4; reel run cut.yaml --set input=folder.mp4

  $ head -c 100000 "$CLIP" > cut-off.mp4; reel run cut.yaml --set input=cut-off.mp4

A target that cannot be written, equals the source, is a folder, has no known ending.

  $ reel run cut.yaml --set input="$CLIP" --output no/such/folder/out.mp4

  $ cp "$CLIP" clip.mp4; reel run cut.yaml --set input=clip.mp4 --output ./clip.mp4

  $ ln clip.mp4 other-name.mp4; reel run cut.yaml --set input=clip.mp4 --output other-name.mp4

  $ cmp clip.mp4 "$CLIP"

  $ reel run cut.yaml --set input="$CLIP" --output folder.mp4

  $ reel run cut.yaml --set input="$CLIP" --output out.xyz

Ranges past the end of the media are faults of the pipeline, at their place.

  $ sed -i 's/0:01..0:02/9:00..9:10/' cut.yaml; reel run cut.yaml --set input="$CLIP"

Nothing was left behind.

  $ ls -A
