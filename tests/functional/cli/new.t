`reel new` makes something to start from and never writes over anything.

  $ reel new pipeline Wrong_Name
  error: 'Wrong_Name' is no name: expected lower-case letters, digits and dashes, like soft-glow
  [2]

  $ reel new pipeline good
  made good.yaml
  try: reel run good.yaml --set input=CLIP.mp4

  $ reel validate good.yaml
  good.yaml: valid

  $ reel new pipeline good
  error: good.yaml is there already
    hint: choose another name
  [2]

  $ reel new plugin soft-glow --vendor reel
  error: --vendor reel: expected lower-case letters and digits, and not `reel`
  [2]

  $ reel new plugin soft-glow --vendor acme
  made the project soft-glow/
  try: cmake -S soft-glow -B soft-glow/build && cmake --build soft-glow/build && ctest --test-dir soft-glow/build
  then: REEL_PLUGIN_PATH=soft-glow/build reel inspect acme/soft-glow

  $ find soft-glow -type f | sort
  soft-glow/CMakeLists.txt
  soft-glow/README.md
  soft-glow/src/soft-glow.cpp
  soft-glow/tests/soft-glow_test.cpp

  $ reel new plugin soft-glow
  error: soft-glow is there already
    hint: choose another name
  [2]

  $ reel new thing x
  error: kind: expected pipeline or plugin, not 'thing'
    hint: `reel new --help` shows the options
  [2]

  $ reel new pipeline ../x
  error: '../x' is no name: expected lower-case letters, digits and dashes, like soft-glow
  [2]
