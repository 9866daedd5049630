"""What is to be removed: masks of several kinds, and what stands in the hole."""
import itertools
from typing import Callable

import cv2
import numpy as np

from removal.media import Frames
from removal.scenes import Size, dice, smooth_noise


def box(size: Size, count: int, share: float, name: str) -> Frames:
    """A box that takes `share` of the frame, the same in each."""
    rng = dice(name + f" box {share}")
    aspect = rng.uniform(.7, 1.6)
    width, height = int((share * size[0] * size[1] * aspect) ** .5), int((share * size[0] * size[1] / aspect) ** .5)
    left, top = (int(rng.uniform(.15, .85) * (side - part)) for side, part in ((size[0], width), (size[1], height)))
    mask = np.zeros(size[::-1], np.uint8)
    mask[top:top + height, left:left + width] = 255
    return [mask] * count


def logo(size: Size, count: int, name: str) -> Frames:
    """A ring and three letters in a corner, a little larger than what is drawn."""
    rng = dice(name + " logo")
    unit = size[1] / 240
    mark = np.zeros((int(34 * unit), int(92 * unit)), np.uint8)
    cv2.circle(mark, (int(17 * unit), int(17 * unit)), int(10 * unit), 255, int(4 * unit) + 1, cv2.LINE_AA)
    cv2.putText(mark, "RTV", (int(34 * unit), int(25 * unit)), cv2.FONT_HERSHEY_DUPLEX, .8 * unit, 255, int(3 * unit), cv2.LINE_AA)
    mark = cv2.dilate(np.where(mark > 40, 255, 0).astype(np.uint8), np.ones((int(2 * unit) + 1,) * 2, np.uint8))
    mask = np.zeros(size[::-1], np.uint8)
    margin = int(11 * unit)
    top, left = (margin if rng.random() < .5 else side - part - margin for side, part in zip(mask.shape, mark.shape))
    mask[top:top + mark.shape[0], left:left + mark.shape[1]] = mark
    return [mask] * count


def figure(height: int, phase: float) -> np.ndarray:
    """The outline of somebody who walks, so many pixels high, at a phase of the step in radians."""
    canvas = np.zeros((height, height * 3 // 4), np.uint8)
    point = lambda x, y: (int(canvas.shape[1] / 2 + x * height), int(y * height))
    def limb(x: float, y: float, swing: float, lengths: tuple[float, float], thick: float) -> None:
        knee = (x + lengths[0] * np.sin(swing), y + lengths[0] * np.cos(swing))
        bend = swing - max(0, np.sin(phase + swing)) * .5
        foot = (knee[0] + lengths[1] * np.sin(bend), knee[1] + lengths[1] * np.cos(bend))
        for begin, end in (((x, y), knee), (knee, foot)):
            cv2.line(canvas, point(*begin), point(*end), 255, max(2, int(thick * height)))
    for side in (-1, 1):
        limb(0, .5, side * .45 * np.sin(phase), (.22, .2), .085)
        limb(.02 * side, .24, -side * .5 * np.sin(phase), (.16, .14), .055)
    cv2.ellipse(canvas, point(0, .36), (int(.095 * height), int(.19 * height)), 0, 0, 360, 255, -1)
    cv2.ellipse(canvas, point(.01, .1), (int(.06 * height), int(.075 * height)), 0, 0, 360, 255, -1)
    return canvas


def walker(size: Size, count: int, name: str, share: float = .05) -> Frames:
    """Somebody who crosses the picture at a changing speed and comes a little nearer; the mask is a little larger than the outline."""
    rng = dice(name + " walker")
    speed = np.maximum(.15, 1 + smooth_noise(rng, count, .6, 8))
    way = np.cumsum(speed) / speed.sum()
    middle = size[0] * (-.05 + 1.1 * way if rng.random() < .5 else 1.05 - 1.1 * way)
    tall = (share / .16) ** .5 * (size[0] * size[1]) ** .5 * np.linspace(.9, 1.1, count)
    low = size[1] * .95 + smooth_noise(rng, count, size[1] * .01, 5)
    masks = []
    for t in range(count):
        drawn = figure(int(tall[t]), .35 * t * 60 / count * way[min(t + 1, count - 1)] + .3 * t)
        placed = cv2.warpAffine(drawn, np.float32([[1, 0, middle[t] - drawn.shape[1] / 2], [0, 1, low[t] - drawn.shape[0]]]), size)
        masks.append(cv2.dilate(np.where(placed > 127, 255, 0).astype(np.uint8), np.ones((5, 5), np.uint8)))
    return masks


KINDS: dict[str, Callable[[Size, int, str], Frames]] = {
    "fixed-3": lambda size, count, name: box(size, count, .03, name),
    "fixed-5": lambda size, count, name: box(size, count, .05, name),
    "fixed-12": lambda size, count, name: box(size, count, .12, name),
    "logo": logo,
    "moving": walker,
}


def punched(frames: Frames, masks: Frames, content: str, other: Callable[[Size, int], Frames]) -> Frames:
    """The frames with their holes filled with `grey`, `noise`, or an `object`: a piece of another scene that moves in its own way."""
    size = frames[0].shape[1::-1]
    if content == "object":
        inside = itertools.cycle(other(size, len(frames)))   # which may be a shorter clip
    elif content == "noise":
        rng = dice("noise")
        inside = (rng.integers(0, 256, frame.shape, np.uint8) for frame in frames)
    else:
        inside = itertools.repeat(np.full_like(frames[0], 128))
    return [np.where(mask[..., None] > 0, within, frame) for frame, mask, within in zip(frames, masks, inside)]
