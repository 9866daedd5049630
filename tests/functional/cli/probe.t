  $ cp "$CLIP" clip.mp4; reel probe clip.mp4
  clip.mp4: mov,mp4,m4a,3gp,3g2,mj2, 6.7 MB, 3:00.256
    0  video  h264 (Constrained Baseline), 480x352, 29.97 frames/s, yuv420p, smpte170m tv
         5402 frames, 27 keyframes
    1  audio  aac (LC), 44100 Hz, stereo, language eng
    compatible_brands: mp42isomavc1
    creation_time: 2013-08-13T13:21:53.000000Z
    encoder: HandBrake 0.9.8 2012071800
    major_brand: mp42
    minor_version: 0

  $ reel probe nothing.mp4
  error: there is no file 'nothing.mp4'
    hint: check the spelling and the folder
  [2]

  $ reel probe --json clip.mp4 | head -12
  {
    "bytes": 6699510,
    "chapters": [],
    "container": "mov,mp4,m4a,3gp,3g2,mj2",
    "duration_ns": 180256507936,
    "streams": [
      {
        "bit_rate": 162348,
        "default": true,
        "duration_ns": 180246911111,
        "index": 0,
        "kind": "video",

  $ reel probe .
  error: '.' is a folder, expected a media file
    hint: name a file in it
  [2]

  $ touch empty.mp4; reel probe empty.mp4
  error: 'empty.mp4' is empty (0 bytes)
    hint: check how it was copied or downloaded
  [2]

  $ echo "this is a text" > text.mp4; reel probe text.mp4
  error: 'text.mp4' is no media file
    hint: check that it is a video or sound file and that it plays elsewhere
  [2]

  $ head -c 100000 clip.mp4 > cut-off.mp4; reel probe cut-off.mp4 | head -3
  cut-off.mp4: mov,mp4,m4a,3gp,3g2,mj2, 100.0 kB, 3:00.256
    0  video  h264 (Constrained Baseline), 480x352, 29.97 frames/s, yuv420p, smpte170m tv
         35 frames, 1 keyframe

  $ tail -c 1000000 clip.mp4 > tail.mp4; reel probe tail.mp4
  error: 'tail.mp4' is no media file
    hint: check that it is a video or sound file and that it plays elsewhere
  [2]

  $ head -c 300000 /dev/zero > zero.mkv; reel probe zero.mkv
  error: 'zero.mkv' is no media file
    hint: check that it is a video or sound file and that it plays elsewhere
  [2]

  $ reel probe gopher://bucket/clip.mp4
  error: no installed plugin opens 'gopher://' addresses: gopher://bucket/clip.mp4
    hint: install a plugin with storage for 'gopher', or use a file on this machine
  [2]
