A run: dry, plain, as JSON, with a report; the result is there when it is whole.

  $ reel new pipeline first
  made first.yaml
  try: reel run first.yaml --set input=CLIP.mp4

  $ reel run first.yaml --set input="$OTHER" --dry-run
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
       region: { box: [0.25, 0.25, 0.5, 0.5] }
       feather: 0 px  (default)
  
  3. cut (cut, line 20): Keeps or removes ranges of time, to the frame and to the sample, with no click at the joins
     Takes what 'blur' gives.
     Pictures: moved in time.
     Sound: moved in time.
     Lasts 0:05 (0:14 before).
       keep: [0:00..0:05]
       remove: (none)  (default)
       crossfade: 0:00.01  (default)
  
  4. sink (sink, line 23): Encodes pictures and sound and writes them to a file, which appears when it is whole
     Takes what 'cut' gives.
     Pictures: encoded and written.
     Sound: encoded and written.
     Lasts 0:05.
       uri: first.mp4
       container: auto  (default)
       video-codec: auto  (default)
       quality: 75  (default)
       video-bitrate: 0 kbit/s  (default)
       speed: medium  (default)
       keyframe-interval: 0:02  (default)
       pixel-format: auto  (default)
       audio-codec: auto  (default)
       audio-bitrate: 160 kbit/s  (default)
       faststart: true  (default)
       overwrite: true  (default)
  
  What is rendered, and what is copied:
     pictures: all are rendered, because its 4:4:4 pictures are of an old x264, and decoders mend its fault only where its mark comes first
     sound: all is rendered, because 'cut' changes sound, and in its codec, mp3, packets cannot be replaced one by one
  
  Nothing was run: --dry-run.

  $ ls
  first.yaml

  $ reel run first.yaml --set input="$OTHER" --progress none --report report.json

  $ ls
  first.mp4
  first.yaml
  report.json

  $ ffprobe -v error -count_frames -select_streams v -show_entries stream=codec_name,nb_read_frames -of csv=p=0 first.mp4
  h264,100

  $ reel run first.yaml --set input="$OTHER" --progress json | tail -1 | cut -c 1-50
  {"event":"done","report":{"artifacts":[{"bytes":10
