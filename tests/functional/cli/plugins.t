Plugins that do not fit are refused by name, with the reason; the others work on.

  $ export REEL_PLUGIN_PATH=$(for p in older-abi newer-abi no-entry not-a-library missing-library wrong-prefix throws returns-error null-fields; do printf "$BUILD/tests/plugins_broken/$p:"; done)
  > reel plugins --all | grep -v org.reelwork | sed "s|$BUILD|BUILD|" | grep -A3 BUILD

  $ reel plugins > /dev/null

  $ printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: a.mp4 }\n  - uses: older/thing\n  - uses: sink\n    with: { uri: b.mp4 }\n' > p.yaml; reel validate p.yaml 2>&1 | sed "s|$BUILD|BUILD|"

A policy forbids stages and URI schemes.

  $ printf 'policy:\n  stages: { deny: ["gst/*"] }\n' > reel.yaml; reel --config reel.yaml inspect gst/videoflip

  $ printf 'polcy: {}\n' > reel.yaml; reel --config reel.yaml inspect blur
