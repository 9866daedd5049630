A run that is stopped ends with exit code 130; what was at the target stays, and nothing is left beside it.

  $ printf 'reel: 1\nstages:\n  - uses: source\n    with: { uri: "%s" }\n  - uses: scale\n    with: { width: 1280, height: 720 }\n  - uses: sink\n    with: { uri: out.mp4 }\n' "$CLIP" > long.yaml
  > echo before > out.mp4
  > reel run long.yaml --progress none & run=$!
  > for i in $(seq 300); do ls .out.mp4* > /dev/null 2>&1 && break; sleep 0.1; done
  > kill -TERM $run; wait $run
  error: stopped before the end; no target was touched
  [130]

  $ cat out.mp4; ls -A
  before
  .cache
  long.yaml
  out.mp4
