"""Simple ways to fill holes, to compare with: each takes frames with holes and masks, and returns frames."""
import pathlib
import tempfile

import cv2
import numpy as np

from removal import media
from removal.media import Frames


def telea(frames: Frames, masks: Frames) -> Frames:
    return [cv2.inpaint(frame, mask, 4, cv2.INPAINT_TELEA) for frame, mask in zip(frames, masks)]


def _smooth(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values where the weights are 1, and towards weight 0 those of ever coarser pictures."""
    height, width = weights.shape
    if min(height, width) <= 2 or weights.min() > 0 or weights.max() == 0:
        return values
    sums, coarse = cv2.pyrDown(values * weights[..., None]), cv2.pyrDown(weights)
    lower = _smooth(sums / np.maximum(coarse, 1e-6)[..., None], np.where(coarse < 1e-3, 0, np.minimum(coarse * 4, 1)).astype(np.float32))
    return values * weights[..., None] + cv2.pyrUp(lower, dstsize=(width, height)) * (1 - weights[..., None])


def pull_push(frames: Frames, masks: Frames) -> Frames:
    """Of each frame alone, what is around the hole, made coarser and finer again."""
    fill = lambda frame, mask: np.clip(np.rint(_smooth(frame.astype(np.float32), (mask == 0).astype(np.float32))), 0, 255).astype(np.uint8)
    return [np.where(mask[..., None] > 0, fill(frame, mask), frame) for frame, mask in zip(frames, masks)]


def temporal_median(frames: Frames, masks: Frames, reach: int = 15) -> Frames:
    """The median of what is known at the same place up to 15 frames before and after; elsewhere pull-push."""
    filled = []
    for t, (frame, mask, spatial) in enumerate(zip(frames, masks, pull_push(frames, masks))):
        rows, columns = np.nonzero(mask)
        near = range(max(0, t - reach), min(len(frames), t + reach + 1))
        free = lambda k: (masks[k][rows, columns] == 0)[:, None]
        seen = np.stack([np.where(free(k), frames[k][rows, columns], np.nan).astype(np.float32) for k in near])
        known = ~np.isnan(seen[..., 0]).all(axis=0)
        spatial[rows[known], columns[known]] = np.rint(np.nanmedian(seen[:, known], axis=0))
        filled.append(spatial)
    return filled


def delogo(frames: Frames, masks: Frames) -> Frames:
    """ffmpeg's filter, on the box around a hole that stays where it is."""
    height, width = masks[0].shape
    x, y, w, h = cv2.boundingRect(masks[0])
    left, top, right, bottom = max(1, x), max(1, y), min(width - 1, x + w), min(height - 1, y + h)
    with tempfile.TemporaryDirectory() as folder:
        source, result = pathlib.Path(folder) / "in.mkv", pathlib.Path(folder) / "out.mkv"
        media.write_clip(source, frames)
        media.pipe(["-i", str(source), "-vf", f"delogo={left}:{top}:{right - left}:{bottom - top}", "-c:v", "ffv1", str(result)])
        return media.read_stored(result, (width, height))
