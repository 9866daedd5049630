Plugins that do not fit are refused by name, with the reason; the others work on.

  $ export REEL_PLUGIN_PATH=$(for p in older-abi newer-abi no-entry not-a-library missing-library wrong-prefix throws returns-error null-fields; do printf "$BUILD/tests/plugins_broken/$p:"; done)
  > reel plugins --all | sed "s|$BUILD|BUILD|" | sed "/^org.reelwork/,\$d"
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

  $ reel plugins > /dev/null

  $ printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: a.mp4 }\n  - uses: older/thing\n  - uses: sink\n    with: { uri: b.mp4 }\n' > p.yaml; reel validate p.yaml 2>&1 | sed "s|$BUILD|BUILD|"
  p.yaml:5:11: error: there is no stage 'older/thing' [unknown-stage]
      5 |   - uses: older/thing
        |           ^~~~~~~~~~~
        hint: `reel inspect` lists all stages

A plugin with a stage that is there already, and one that never comes back from its open().

  $ export REEL_PLUGIN_PATH=$BUILD/tests/plugins_broken/good:$BUILD/tests/plugins_broken/clashing-stage:$BUILD/tests/plugins_broken/never-returns
  > reel plugins --all | sed "s|$BUILD|BUILD|" | sed "/^org.reelwork/,\$d"
  org.example.good 1.2.3 (MIT)
    Is right
    stages: good/thing
  BUILD/tests/plugins_broken/clashing-stage/clashing-stage.so is refused
    its stage 'good-thing' has the name of one that is there already, of good
  BUILD/tests/plugins_broken/never-returns/never-returns.so is refused
    its open() does not return: it was given up after 5000 ms

  $ export REEL_PLUGIN_PATH=$BUILD/tests/plugins_broken/good:$BUILD/tests/plugins_broken/clashing-stage
  > reel plugins 2>&1 >/dev/null; reel inspect good/other
  1 plugin is refused; `reel plugins --all` says why
  error: good/other: the plugin BUILD/tests/plugins_broken/clashing-stage/clashing-stage.so is refused: its stage 'good-thing' has the name of one that is there already, of good
  [2]

One that never ends loading takes the others along, for this process can load no more; but it does not hang.

  $ export REEL_PLUGIN_PATH=$BUILD/tests/plugins_broken/good:$BUILD/tests/plugins_broken/never-loads
  > printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: a.mp4 }\n  - uses: sink\n    with: { uri: b.mp4 }\n' > q.yaml; reel validate q.yaml; reel inspect
  q.yaml:3:11: error: the stage 'source' cannot be used: loading the plugin BUILD/tests/plugins_broken/never-loads/never-loads.so does not come to an end, and this program can load nothing after it: remove it [refused-stage]
      3 |   - uses: source
        |           ^~~~~~
  q.yaml:5:11: error: the stage 'sink' cannot be used: loading the plugin BUILD/tests/plugins_broken/never-loads/never-loads.so does not come to an end, and this program can load nothing after it: remove it [refused-stage]
      5 |   - uses: sink
        |           ^~~~
  error: no stages were found
    hint: `reel plugins --all` and `reel doctor` say why
  [1]

  $ export REEL_PLUGIN_PATH=$BUILD/tests/plugins_broken/never-loads; reel doctor | tail -5
  ok         PostgreSQL, for recorded jobs
  ok         Graphviz, for `reel graph`
  
  state folder: FOLDER/state
  Something that Reelwork needs is missing: see above.

A policy forbids stages and URI schemes.

  $ printf 'policy:\n  stages: { deny: ["gst/*"] }\n' > reel.yaml; reel --config reel.yaml inspect gst/videoflip
  error: gst/videoflip: the policy of this installation does not allow the stage 'gst/videoflip'
  [2]

An element is no way round the stage that it is, and a scheme may be forbidden too.

  $ printf 'policy:\n  stages: { deny: [blur] }\n  schemes: { deny: [file] }\n' > reel.yaml
  > printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: a.mp4 }\n  - uses: blur\n  - uses: gst/reel-blur\n  - uses: sink\n    with: { uri: file:///b.mp4 }\n' > denied.yaml
  > reel --config reel.yaml validate denied.yaml
  denied.yaml:4:18: error: 'a.mp4' may not be used: the policy of this installation does not allow the URI scheme 'file' [refused-uri]
      4 |     with: { uri: a.mp4 }
        |                  ^~~~~
  denied.yaml:5:11: error: the stage 'blur' cannot be used: the policy of this installation does not allow the stage 'blur' [refused-stage]
      5 |   - uses: blur
        |           ^~~~
  denied.yaml:6:11: error: the stage 'gst/reel-blur' cannot be used: the element reel-blur is the stage 'blur': write `uses: blur` [refused-stage]
      6 |   - uses: gst/reel-blur
        |           ^~~~~~~~~~~~~
  denied.yaml:8:18: error: 'file:///b.mp4' may not be used: the policy of this installation does not allow the URI scheme 'file' [refused-uri]
      8 |     with: { uri: file:///b.mp4 }
        |                  ^~~~~~~~~~~~~
  [2]

A configuration that is wrong.

  $ printf 'polcy: {}\n' > reel.yaml; reel --config reel.yaml inspect blur
  reel.yaml:1:1: error: unknown setting 'polcy'; expected accounts, cache, database, limits, log, plugins, policy, secrets, server, staging, state or worker [unknown-key]
      1 | polcy: {}
        | ^~~~~
        hint: did you mean 'policy'?
  [2]
