"""Runs the real element in gst-launch-1.0."""
import os
import pathlib
import subprocess
import time

import cv2

from removal import media
from removal.media import Frames

PLUGINS = pathlib.Path(__file__).resolve().parents[3] / "build" / "release" / "lib" / "reelwork" / "plugins"
LIMIT = 600   # seconds for one pipeline


class Launcher:
    """Pipelines around one element, with a folder for their files."""

    def __init__(self, element: str, plugins: pathlib.Path, folder: pathlib.Path):
        self.element, self._folder = element, folder
        self._clip, self._result, self._mask, self._picture = (folder / name for name in ("clip.mkv", "result.mkv", "mask.mkv", "mask.png"))
        self._environment = os.environ | {"GST_PLUGIN_PATH": str(plugins), "GST_REGISTRY": str(folder / "registry.bin")}
        if subprocess.run(["gst-inspect-1.0", element], env=self._environment, capture_output=True).returncode != 0:
            raise SystemExit(f"error: there is no element {element} in {plugins}: build it, `cmake --build --preset release`")

    def fill(self, frames: Frames, masks: Frames) -> tuple[Frames, float]:
        """The filled frames, and how many a second, decoding apart."""
        media.write_clip(self._clip, frames)
        element = [self.element, f"mask={self._stored(masks)}"]
        self._run(element, self._to_file())
        return media.read_stored(self._result, masks[0].shape[::-1]), self._rate(element, len(frames))

    def _stored(self, masks: Frames) -> pathlib.Path:
        """A picture where all are the same, so that its decoding takes no time."""
        if all((mask == masks[0]).all() for mask in masks):
            cv2.imwrite(str(self._picture), masks[0])
            return self._picture
        media.write_clip(self._mask, masks)
        return self._mask

    def follow(self, frames: Frames, box: tuple[int, int, int, int]) -> tuple[Frames, float]:
        """Masks of what is in the box on the first frame, and how many frames a second it is followed in and removed from."""
        media.write_clip(self._clip, frames)
        element = [self.element, "region=box {} {} {} {} px".format(*box), "track=true"]
        self._run([*element, "debug=matte"], self._to_file())
        return media.read_matte(self._result, frames[0].shape[1::-1]), self._rate(element, len(frames))

    def _to_file(self) -> list[str]:
        return ["avenc_ffv1", "!", "matroskamux", "!", "filesink", f"location={self._result}"]

    def _rate(self, element: list[str], count: int) -> float:
        """Frames a second, by what the element adds to a pipeline that only decodes."""
        nowhere = ["fakesink", "sync=false"]
        return count / max(1e-3, self._run(element, nowhere) - self._run(["identity"], nowhere))

    def _run(self, element: list[str], to: list[str]) -> float:
        """Seconds of wall clock."""
        source = ["filesrc", f"location={self._clip}", "!", "matroskademux", "!", "avdec_ffv1"]
        command = ["gst-launch-1.0", "-f", "-q", *source, "!", *element, "!", *to]
        begin = time.monotonic()
        try:
            done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise SystemExit(f"error: {' '.join(command)}\nran for more than {LIMIT} s") from None
        if done.returncode != 0:
            raise SystemExit(f"error: {' '.join(command)}\nended with {done.returncode}: {done.stdout}{done.stderr}")
        return time.monotonic() - begin
