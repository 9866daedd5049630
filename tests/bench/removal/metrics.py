"""How near a filled clip is to the truth."""
import dataclasses

import cv2
import numpy as np

from removal.media import Frames


@dataclasses.dataclass
class Quality:
    psnr: float    # dB, of the whole frame, the mean over the frames
    ssim: float
    hole: float    # dB, of the hole alone, the mean over the frames that have one
    warp: float    # grey levels between a filled pixel and that of the frame before, where the truth's movement takes it


def psnr(truth: np.ndarray, result: np.ndarray) -> float:
    error = np.mean((truth.astype(np.float64) - result) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255 ** 2 / error)


def ssim(truth: np.ndarray, result: np.ndarray, mask: np.ndarray) -> float:
    """The mean over the channels, with a window of 65 x 65 equal weights, of 7 x 7 in small frames, sample covariances, and no borders.
    Computed only where a window reaches the mask, since elsewhere it is 1."""
    height, width = mask.shape
    window = 65 if min(height, width) > 65 else 7
    edge = window // 2
    x, y, w, h = cv2.boundingRect(mask)
    left, top, right, bottom = max(edge, x - edge), max(edge, y - edge), min(width - edge, x + w + edge), min(height - edge, y + h + edge)
    if not w or left >= right or top >= bottom:
        return 1.0
    around = np.s_[top - edge:bottom + edge, left - edge:right + edge]
    alike = similarity(truth[around].astype(np.float64), result[around].astype(np.float64), window)[edge:-edge, edge:-edge]
    share = (right - left) * (bottom - top) / ((width - 2 * edge) * (height - 2 * edge))
    return 1 - share * (1 - float(alike.mean()))


def similarity(x: np.ndarray, y: np.ndarray, window: int) -> np.ndarray:
    """SSIM around each pixel."""
    scale, first, second = window ** 2 / (window ** 2 - 1), (.01 * 255) ** 2, (.03 * 255) ** 2
    mean = lambda image: cv2.boxFilter(image, -1, (window, window), borderType=cv2.BORDER_REFLECT)
    at_x, at_y = mean(x), mean(y)
    of_x, of_y, both = (scale * (mean(a * b) - c * d) for a, b, c, d in ((x, x, at_x, at_x), (y, y, at_y, at_y), (x, y, at_x, at_y)))
    return ((2 * at_x * at_y + first) * (2 * both + second)) / ((at_x ** 2 + at_y ** 2 + first) * (of_x + of_y + second))


@dataclasses.dataclass
class Move:
    """Where in the frame before the pixels of a box were that holds the mask."""
    box: tuple[slice, slice]
    source: np.ndarray


def moves_of(truth: Frames, masks: Frames) -> list[Move | None]:
    """For each frame but the first; None where it has no hole."""
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    grey = [cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in truth]
    rows, columns = np.mgrid[:grey[0].shape[0], :grey[0].shape[1]].astype(np.float32)
    moves: list[Move | None] = []
    for before, now, mask in zip(grey, grey[1:], masks[1:]):
        x, y, width, height = cv2.boundingRect(mask)
        box = np.s_[y:y + height, x:x + width]
        moves.append(Move(box, (np.dstack([columns, rows]) + flow.calc(now, before, None))[box]) if width else None)
    return moves


def warp_error(result: Frames, masks: Frames, moves: list[Move | None]) -> float:
    errors = []
    for before, now, mask, move in zip(result, result[1:], masks[1:], moves):
        if move:
            moved = cv2.remap(before, move.source, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            errors.append(cv2.absdiff(moved, now[move.box])[mask[move.box] > 0].mean())
    return float(np.mean(errors)) if errors else 0.0


def measure(truth: Frames, result: Frames, masks: Frames, moves: list[Move | None]) -> Quality:
    """What lies outside the masks counts as unchanged."""
    composed = [np.where(mask[..., None] > 0, after, before) for before, after, mask in zip(truth, result, masks)]
    holes = [psnr(a[mask > 0], b[mask > 0]) for a, b, mask in zip(truth, composed, masks) if mask.any()]
    return Quality(float(np.mean([psnr(a, b) for a, b in zip(truth, composed)])), float(np.mean(list(map(ssim, truth, composed, masks)))),
                   float(np.mean(holes)), warp_error(composed, masks, moves))
