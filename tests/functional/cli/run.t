A run: dry, plain, as JSON, with a report; the result is there when it is whole.

  $ reel new pipeline first

  $ reel run first.yaml --set input="$OTHER" --dry-run

  $ ls

  $ reel run first.yaml --set input="$OTHER" --progress none --report report.json

  $ ls

  $ ffprobe -v error -count_frames -select_streams v -show_entries stream=codec_name,nb_read_frames -of csv=p=0 first.mp4

  $ reel run first.yaml --set input="$OTHER" --progress json | tail -1 | cut -c 1-50
