Mistyped commands and options get the nearest right one, and exit code 2.

  $ reel valdate x.yaml

  $ reel

  $ reel run

  $ reel run --prgress none x.yaml

  $ reel --version

  $ reel inspect blurr

  $ reel inspect gst/x264enc
