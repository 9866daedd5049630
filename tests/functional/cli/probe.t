  $ cp "$CLIP" clip.mp4; reel probe clip.mp4

  $ reel probe nothing.mp4

  $ reel probe --json clip.mp4 | head -12
