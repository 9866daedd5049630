Plugins that do not fit are refused by name, with the reason; the others work on.

  $ export REEL_PLUGIN_PATH=$(for p in older-abi newer-abi no-entry not-a-library missing-library wrong-prefix throws returns-error null-fields; do printf "$BUILD/tests/plugins_broken/$p:"; done)
  > reel plugins --all | grep -v org.reelwork | sed "s|$BUILD|BUILD|" | grep -A3 BUILD
  BUILD/tests/plugins_broken/older-abi/older-abi.so is refused
    it was built for plugin ABI 0.9, and this Reelwork speaks 1.0: ask its vendor
    for a newer build
  BUILD/tests/plugins_broken/newer-abi/newer-abi.so is refused
    it was built for plugin ABI 1.1, and this Reelwork speaks 1.0: update
    Reelwork, or ask its vendor for an older build
  BUILD/tests/plugins_broken/no-entry/no-entry.so is refused
    it has no symbol `reel_plugin_entry`, so it is no Reelwork plugin
  BUILD/tests/plugins_broken/not-a-library/not-a-library.so is refused
    it is no shared library
  BUILD/tests/plugins_broken/missing-library/missing-library.so is refused
    it needs the library libgone.so, which is not installed
  BUILD/tests/plugins_broken/wrong-prefix/wrong-prefix.so is refused
    its stage 'other-thing' lacks the vendor's prefix: expected a name like
    prefix-other-thing
  BUILD/tests/plugins_broken/throws/throws.so is refused
    its open() threw an exception, which must not cross the boundary
  BUILD/tests/plugins_broken/returns-error/returns-error.so is refused
    the dongle is not plugged in
  BUILD/tests/plugins_broken/null-fields/null-fields.so is refused
    its field `id` is empty
    Cropping, scaling and turning pictures
    stages: crop, rotate and scale

  $ reel plugins > /dev/null

  $ printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: a.mp4 }\n  - uses: older/thing\n  - uses: sink\n    with: { uri: b.mp4 }\n' > p.yaml; reel validate p.yaml 2>&1 | sed "s|$BUILD|BUILD|"
  p.yaml:5:11: error: there is no stage 'older/thing' [unknown-stage]
      5 |   - uses: older/thing
        |           ^~~~~~~~~~~
        hint: `reel inspect` lists all stages

A policy forbids stages and URI schemes.

  $ printf 'policy:\n  stages: { deny: ["gst/*"] }\n' > reel.yaml; reel --config reel.yaml inspect gst/videoflip
  error: gst/videoflip: the policy of this installation does not allow the stage 'gst/videoflip'
  [2]

  $ printf 'polcy: {}\n' > reel.yaml; reel --config reel.yaml inspect blur
  reel.yaml:1:1: error: unknown setting 'polcy'; expected database, plugins, policy, secrets or state [unknown-key]
      1 | polcy: {}
        | ^~~~~
        hint: did you mean 'policy'?
  [2]
