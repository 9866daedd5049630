"""People and animals to put into a clip: cut out of real clips and stills, so that their outlines are irregular and change.

An actor is a list of BGRA pictures of one height, drawn one a frame, forth and back.
"""
import functools

import cv2
import numpy as np

from removal import media
from removal.scenes import MEDIA, still

HEIGHT = 120
Box = tuple[int, int, int, int]

# Who walks alone in vtest.avi: first frame, the box around them there, and for how many frames they can be followed.
WALKERS: dict[str, tuple[int, Box, int]] = {
    "leather": (47, (699, 263, 30, 118), 70),
    "stripes": (628, (611, 238, 39, 101), 44),
    "black-coat": (534, (632, 275, 38, 100), 48),
    "clerk": (534, (614, 189, 40, 86), 50),
    "jeans": (742, (593, 218, 28, 102), 40),
    "phone": (404, (295, 199, 27, 94), 60),
}
# Stills from which one thing can be cut: the picture, and a box around it.
CUTOUTS: dict[str, tuple[str, Box]] = {
    "footballer": ("messi5.jpg", (60, 28, 400, 300)),
    "squirrel": ("squirrel_cls.jpg", (140, 60, 240, 220)),
}


@functools.lru_cache(None)
def empty_street() -> np.ndarray:
    return np.median(np.stack(media.read_clip(MEDIA / "vtest.avi", (768, 576), 0, 50, every=16)), axis=0).astype(np.uint8)


def differing(frame: np.ndarray) -> np.ndarray:
    """Connected parts of a frame in which somebody is, numbered."""
    difference = cv2.GaussianBlur(cv2.absdiff(frame, empty_street()).max(axis=2), (0, 0), 1)
    mask = cv2.morphologyEx((difference > 28).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 5), np.uint8))
    return cv2.connectedComponents(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))[1]


def cut(frame: np.ndarray, mask: np.ndarray, height: int) -> np.ndarray:
    """What the mask covers, with an alpha channel, scaled to a height; with a margin of a tenth of its height."""
    left, top, width, tall = cv2.boundingRect(mask)
    margin = HEIGHT // 10
    piece = np.dstack([frame, mask])[top:top + tall, left:left + width]
    piece = cv2.resize(piece, None, fx=height / tall, fy=height / tall, interpolation=cv2.INTER_CUBIC if height > tall else cv2.INTER_AREA)
    piece = cv2.copyMakeBorder(piece, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    edge = np.zeros(piece.shape[:2], np.uint8)
    edge[margin:-margin, margin:-margin] = piece[margin:-margin, margin:-margin, 3]
    piece[..., 3] = cv2.GaussianBlur(edge, (0, 0), .7)
    return piece


def walking(first: int, box: Box, count: int) -> list[np.ndarray]:
    frames = media.read_clip(MEDIA / "vtest.avi", (768, 576), first / 10, count)
    place, found = np.array([box[0] + box[2] / 2, box[1] + box[3] / 2]), []
    for frame in frames:
        parts = differing(frame)
        numbers = [number for number in np.unique(parts) if number and (parts == number).sum() > 500]
        centres = [np.argwhere(parts == number).mean(axis=0)[::-1] for number in numbers]
        nearest = min(range(len(numbers)), key=lambda k: np.hypot(*(centres[k] - place)))
        place = centres[nearest]
        mask = np.where(parts == numbers[nearest], 255, 0).astype(np.uint8)
        cv2.drawContours(mask, cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], -1, 255, -1)
        found.append((frame, mask, cv2.boundingRect(mask)[3]))
    tall = np.polyval(np.polyfit(np.arange(count), [height for _, _, height in found], 1), np.arange(count))
    return [cut(frame, mask, int(HEIGHT * height / tall[t])) for t, (frame, mask, height) in enumerate(found)]


def swaying(picture: str, box: Box, count: int = 48) -> list[np.ndarray]:
    """One thing of a still, which bends to and fro."""
    image = still(picture)
    cv2.setRNGSeed(1)
    labels = np.zeros(image.shape[:2], np.uint8)
    cv2.grabCut(image, labels, box, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_RECT)
    parts, count_of = cv2.connectedComponentsWithStats((labels & 1).astype(np.uint8))[1:3]
    piece = cut(image, np.where(parts == 1 + np.argmax(count_of[1:, 4]), 255, 0).astype(np.uint8), HEIGHT)
    rows, columns = np.mgrid[:piece.shape[0], :piece.shape[1]].astype(np.float32)
    bent = []
    for t in range(count):
        swing = np.sin(rows / HEIGHT * 3 + t * .4) * 3.5 + (.5 - rows / HEIGHT) * 6 * np.sin(t * .22)
        bent.append(cv2.remap(piece, columns + swing.astype(np.float32), rows, cv2.INTER_CUBIC))
    return bent


@functools.lru_cache(None)
def actor(name: str) -> list[np.ndarray]:
    pictures = walking(*WALKERS[name]) if name in WALKERS else swaying(*CUTOUTS[name])
    return pictures + pictures[-2:0:-1]
