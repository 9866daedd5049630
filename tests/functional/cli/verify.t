What an edit left alone is proven: packets, pictures in two decoders, times, sound.

  $ ffmpeg -v error -f lavfi -i testsrc2=size=160x96:rate=25:duration=8 -f lavfi -i sine=d=8 -c:v libx264 -g 25 -c:a aac clip.mp4
  $ cat >brighter.yaml <<END
  > reel: 1
  > stages:
  >   - uses: source
  >     with: { uri: clip.mp4 }
  >   - uses: color
  >     during: 2.1s..2.5s
  >     with: { brightness: 0.3 }
  >   - uses: sink
  >     with: { uri: brighter.mp4 }
  > END
  $ reel run --progress none --report report.json brighter.yaml
  $ reel verify clip.mp4 brighter.mp4 --plan report.json
          range          packets   pictures  PSNR     in the source
  copy    0:00..0:02.04  51 same   51 same            0:00..0:02.04
  render  0:02.04..0:03  24 new    24 new    15.7 dB  0:02.04..0:03
  copy    0:03..0:08     125 same  125 same           0:03..0:08
  
  decoded by libavcodec (h264) and GStreamer (avdec_h264)
  sound: 346 packets of the source, all of them; in step with the pictures
  
  proven: 176 pictures of the source, packet for packet and as decoded; 24 rendered, as planned

The plan may come from an explanation, too; without one it is found out.

  $ reel explain --json brighter.yaml >plan.json && reel verify clip.mp4 brighter.mp4 --plan plan.json | tail -1
  proven: 176 pictures of the source, packet for packet and as decoded; 24 rendered, as planned
  $ reel verify clip.mp4 brighter.mp4 | tail -1
  proven: 176 pictures of the source, packet for packet and as decoded; 24 new
  $ reel verify clip.mp4 brighter.mp4 --format json | head -8
  {
    "source": "clip.mp4",
    "output": "brighter.mp4",
    "proven": true,
    "planned": false,
    "decoders": {
      "libavcodec": "h264",
      "gstreamer": "avdec_h264"

What is not as planned is named with its time, and the exit code is 1.

  $ ffmpeg -v error -i brighter.mp4 -itsoffset 0.2 -i brighter.mp4 -map 0:v -map 1:a -c copy late.mp4
  $ reel verify clip.mp4 late.mp4 --plan report.json >late.txt || tail -6 late.txt
  0:00.176  sound: sound is 199.2 ms late
  0:00.199  sound: sound is 199.2 ms late
  0:00.222  sound: sound is 199.2 ms late
  ... and 343 more like these
  
  not proven: 346 differences, the first at 0:00.176
  $ reel verify "$OTHER" brighter.mp4
          range       packets  pictures  PSNR  in the source
  render  0:00..0:08  200 new  200 new         ?
  
  sound: 346 packets, all new
  
  0:00  packets: no packet of pictures is the source's
  
  not proven: 1 difference, the first at 0:00
  [1]

A wrong input has exit code 2.

  $ ffmpeg -v error -i clip.mp4 -t 1 -c copy short.mp4; reel verify short.mp4 brighter.mp4 --plan report.json
  error: the plan is not one of 'short.mp4': it speaks of picture 51, but there are 27
    hint: give the file that the pipeline reads first, then the one that it wrote
  [2]
  $ reel verify clip.mp4 brigter.mp4
  error: there is no file 'brigter.mp4'
    hint: did you mean 'brighter.mp4'?
  [2]
  $ reel verify clip.mp4 brighter.mp4 --plan brighter.yaml
  error: 'brighter.yaml': this is no plan: it is not JSON
    hint: `reel run --report FILE.json` and `reel explain --json` write one that can be read
  [2]
  $ reel verify clip.mp4 brighter.mp4 --plan nothing.json
  error: cannot read the plan 'nothing.json'
    hint: `reel run --report FILE.json` writes one
  [2]
  $ reel run --progress none --render full --report full.json brighter.yaml && reel verify clip.mp4 brighter.mp4 --plan full.json
  error: 'full.json': this report has no plan: everything was rendered, so nothing of the source was kept
  [2]
  $ reel verify clip.mp4
  error: OUTPUT is missing: The file that the edit made
    hint: `reel verify --help` shows the options
  [2]
  $ reel verify clip.mp4 brighter.mp4 --format xml
  error: --format: expected text or json, not 'xml'
    hint: `reel verify --help` shows the options
  [2]

A run can prove its result before it appears.

  $ reel run --progress plain --verify brighter.yaml 2>&1 | tail -1
  proven: 176 pictures of the source, packet for packet and as decoded; 24 rendered, as planned
  $ reel run --progress none --verify --render full brighter.yaml
  [0-9:.]* warning everything was rendered, so there is nothing of the source to verify (re)

A timeline in a graph shows what is copied and what is rendered.

  $ reel graph brighter.yaml | grep -o 'BGCOLOR="#[^"]*"\|rendered: [0-9]* pictures\|0:0[0-9.]*  [^<]*changes pictures here'
  BGCOLOR="#9fc5a8"
  BGCOLOR="#d9822b"
  BGCOLOR="#9fc5a8"
  rendered: 24 pictures
  0:03  24 pictures  'color' changes pictures here
  $ reel graph brighter.yaml -o brighter.svg && grep -c '<svg' brighter.svg
  brighter.svg
  1
  $ sed -i s/clip.mp4/clp.mp4/ brighter.yaml && reel graph brighter.yaml | grep -c TABLE
  drawn without a timeline, because there is no file 'clp.mp4'
  0
  [1]
