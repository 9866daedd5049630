How much is rendered: what the pipeline changes, everything, or nothing.

  $ cp "$CLIP" clip.mp4
  $ cat >blur.yaml <<END
  > reel: 1
  > stages:
  >   - uses: source
  >     with: { uri: clip.mp4 }
  >   - uses: blur
  >     during: 1:00..1:05
  >   - uses: sink
  >     with: { uri: blurred.mp4 }
  > END
  $ reel explain blur.yaml | sed -n '/^What is rendered/,$p'
  What is rendered, and what is copied:
     copy   0:00..0:59.993        1798 pictures  nothing changes it
     render 0:59.993..1:08.768    263 pictures   'blur' changes pictures here
     copy   1:08.768..3:00.246    3341 pictures  nothing changes it
     rendering goes on up to where packets can be copied again, so it may take in more than what is changed
     sound: every packet is copied
     in all 5402 pictures: 5139 copied, 263 encoded, for which 483 are decoded; about 5.7 % of the work of a full render
  
  $ reel run --render copy blur.yaml
  error: this pipeline cannot be run by copying alone: pictures have to be rendered
    hint: run it with --render auto
  [1]
  $ ls
  blur.yaml
  clip.mp4
  $ reel run --progress none --report report.json blur.yaml && grep -c '"kind": "copy"' report.json
  2
  $ ls
  blur.yaml
  blurred.mp4
  clip.mp4
  report.json

A change of container renders nothing.

  $ sed -e '/blur$/d' -e '/during/d' -e 's/blurred.mp4/clip.mkv/' blur.yaml >container.yaml
  $ reel run --progress none --render copy container.yaml && ffprobe -v error -show_entries stream=codec_name -of csv=p=0 clip.mkv
  h264
  aac

To say how pictures are to be encoded means that all of them are.

  $ sed -e 's/clip.mkv/"small.mp4", quality: 50/' container.yaml >small.yaml
  $ reel explain small.yaml | sed -n '/^What is rendered/,$p'
  What is rendered, and what is copied:
     pictures: all are rendered, because 'sink' is told how to encode pictures ('quality')
     sound: every packet is copied
  
  $ reel run --render half small.yaml
  error: --render: expected auto, full or copy, not 'half'
    hint: `reel run --help` shows the options
  [2]
