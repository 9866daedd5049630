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
