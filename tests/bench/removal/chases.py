"""Clips in which something moves whose every pixel is known, to measure what follows it.

Each chase is a function (size, count) -> (frames, masks) in CHASES, with the size that it is made for; the masks show what can be
seen of the first actor.
"""
import dataclasses
from typing import Callable, Sequence

import cv2
import numpy as np

from removal import media
from removal.actors import HEIGHT, actor
from removal.media import Frames
from removal.scenes import MEDIA, Camera, Size, developed, dice, enlarged, lit, over, posts, seen, smooth_noise, still


@dataclasses.dataclass
class Path:
    """Where somebody's feet are at a moment between 0 and 1, as shares of the frame as the camera sees it at rest: points (moment, x, y,
    height), joined by straight lines and walked at a changing speed."""
    who: str
    points: Sequence[tuple[float, float, float, float]]
    facing: int = 1       # -1: mirrored
    step: int = 1         # pictures of the actor a frame
    uneven: float = .3    # how much the speed changes

    def places(self, count: int) -> np.ndarray:
        speed = np.maximum(.2, 1 + smooth_noise(dice(self.who + str(self.points)), count, self.uneven, 6))
        moments = (np.cumsum(speed) - speed[0]) / (speed.sum() - speed[0])
        columns = np.array(self.points, np.float64).T
        return np.stack([np.interp(moments, columns[0], column) for column in columns[1:]], axis=1)


def placed(picture: np.ndarray, matrix: np.ndarray, size: Size, x: float, y: float, height: float, facing: int) -> np.ndarray:
    """An actor's picture where the camera sees it, on a transparent plane of the frame's size."""
    scale, margin = height * size[1] / HEIGHT, HEIGHT / 10
    to_world = np.array([[facing * scale, 0, x * size[0] - facing * scale * picture.shape[1] / 2],
                         [0, scale, y * size[1] - scale * (picture.shape[0] - margin)], [0, 0, 1]])
    to_frame = cv2.invertAffineTransform(matrix) @ to_world
    smaller = cv2.GaussianBlur(picture, (0, 0), .35 / scale) if scale < .8 else picture
    plane = cv2.warpAffine(smaller.astype(np.float32), to_frame, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return plane


def play(name: str, size: Size, count: int, plates: Sequence[np.ndarray], paths: Sequence[Path], camera: Camera, *,
         front: np.ndarray | None = None, behind: Sequence[Path] = (), grain: float = 1.5) -> tuple[Frames, Frames]:
    """Actors before a background (one plate, or one a frame), the first of `paths` the one to follow; those of `behind` pass behind it,
    the others and `front`, a plane with alpha that is nearer to the camera, before it."""
    order = [*behind, *paths]
    places = [path.places(count) for path in order]
    frames, masks = [], []
    for t in range(count):
        frame = seen(plates[t % len(plates)], camera, t, size, shutter=.4 if len(plates) == 1 else 0)
        shown = np.zeros(size[::-1], np.float32)
        for number, path in enumerate(order):
            pictures = actor(path.who)
            plane = placed(pictures[t * path.step % len(pictures)], camera.matrix(t, size, size), size, *places[number][t], path.facing)
            alpha = plane[..., 3] / 255
            shown = alpha if number == len(behind) else shown * (1 - alpha)
            frame = over(frame, plane)
        if front is not None:
            nearer = seen(front, camera, t, size, 1.2)
            shown, frame = shown * (1 - nearer[..., 3] / 255), over(frame, nearer)
        frames.append(frame)
        masks.append(np.where(shown > .5, 255, 0).astype(np.uint8))
    return developed(frames, name, grain), masks


def plate(name: str, size: Size, factor: float = 1.5) -> list[np.ndarray]:
    return [enlarged(still(name), size, factor)]


def crossing(size: Size, count: int) -> tuple[Frames, Frames]:
    """Somebody crosses the picture before a house; a hand-held camera pans a little."""
    return play("crossing", size, count, plate("building.jpg", size), [Path("leather", [(0, .15, .96, .5), (1, .9, .93, .46)])],
                Camera("crossing", count, pan=(.12, .02)))


def followed(size: Size, count: int) -> tuple[Frames, Frames]:
    """The camera goes along with somebody, who stays near the middle."""
    return play("followed", size, count, plate("leuvenA.jpg", size, 1.9), [
        Path("jeans", [(0, -.05, .95, .55), (1, 1.05, .95, .6)], uneven=.1)],
                Camera("followed", count, pan=(.95, .02), shake=.006))


def crowd(size: Size, count: int) -> tuple[Frames, Frames]:
    """Real people walk behind the one to follow; the camera moves."""
    whole = media.read_clip(MEDIA / "vtest.avi", (768, 576), 14, count)
    plates = [enlarged(frame, size, 1.7) for frame in whole]
    return play("crowd", size, count, plates, [Path("stripes", [(0, .85, .9, .42), (1, .2, .97, .5)])],
                Camera("crowd", count, pan=(-.25, .05), zoom=.04), grain=.8)


def tripod(size: Size, count: int) -> tuple[Frames, Frames]:
    """A camera that stands still; real people elsewhere, and a dark coat before grey ground."""
    plates = media.read_clip(MEDIA / "vtest.avi", size, 50, count)
    return play("tripod", size, count, plates, [
        Path("clerk", [(0, .1, .8, .33), (.5, .5, .85, .36), (.6, .52, .85, .36), (1, .9, .75, .3)])],
                Camera("tripod", count, pan=(0, 0), zoom=0, turn=0, shake=0), grain=.8)


def behind_posts(size: Size, count: int) -> tuple[Frames, Frames]:
    """Somebody passes behind posts, one of them wide enough to hide all."""
    front = np.maximum(posts(size, [.34], .035), posts(size, [.55], .17))
    return play("posts", size, count, plate("scenetext04.jpg", size, 1.6), [Path("leather", [(0, .12, .97, .55), (1, .88, .97, .55)])],
                Camera("posts", count, pan=(.06, .02)), front=front)


def away_and_back(size: Size, count: int) -> tuple[Frames, Frames]:
    """Somebody leaves the picture and comes back, at another height and smaller."""
    return play("away", size, count, plate("scenetext03.jpg", size), [
        Path("phone", [(0, .6, .95, .55), (.28, 1.12, .95, .55), (.55, 1.15, .9, .48), (1, .5, .88, .45)], uneven=.1)],
                Camera("away", count, pan=(.1, -.03)))


def double(size: Size, count: int) -> tuple[Frames, Frames]:
    """Somebody who looks much the same passes the other way, before the one to follow; a third stands behind."""
    return play("double", size, count, plate("scenetext06.jpg", size), [
        Path("jeans", [(0, .15, .95, .5), (1, .85, .95, .5)]), Path("phone", [(0, .9, 1.0, .55), (1, .1, .98, .55)], facing=-1)],
                Camera("double", count, pan=(.08, .03)), behind=[Path("black-coat", [(0, .6, .88, .42), (1, .6, .88, .42)])])


def nearer(size: Size, count: int) -> tuple[Frames, Frames]:
    """Somebody comes nearer, to almost three times the height, while the light changes."""
    frames, masks = play("nearer", size, count, plate("scenetext05.jpg", size), [
        Path("stripes", [(0, .3, .62, .3), (1, .65, 1.12, .95)], uneven=.1)], Camera("nearer", count, pan=(-.1, .02)), grain=1)
    return lit(frames, "nearer", .25, .015), masks


def footballer(size: Size, count: int) -> tuple[Frames, Frames]:
    """Quick and wide, before a wall of many colours, and the camera shakes."""
    return play("footballer", size, count, plate("graf1.png", size, 1.6), [
        Path("footballer", [(0, .2, .7, .4), (.3, .7, .8, .45), (.6, .4, .95, .5), (1, .8, .8, .45)])],
                Camera("footballer", count, pan=(.15, .05), shake=.012))


def squirrel(size: Size, count: int) -> tuple[Frames, Frames]:
    """Slow, bends, and rests, before leaves of its own colours."""
    return play("squirrel", size, count, plate("aloeL.jpg", size, 1.4), [
        Path("squirrel", [(0, .3, .75, .4), (.3, .42, .78, .4), (.6, .42, .78, .4), (1, .65, .82, .45)])],
                Camera("squirrel", count, pan=(.08, .01), turn=.5))


SMALL, LARGE = (432, 240), (640, 360)
CHASES: dict[str, tuple[Callable[[Size, int], tuple[Frames, Frames]], Size]] = {
    "crossing": (crossing, SMALL), "followed": (followed, LARGE), "crowd": (crowd, SMALL), "tripod": (tripod, LARGE),
    "behind-posts": (behind_posts, SMALL), "away-and-back": (away_and_back, SMALL), "double": (double, LARGE), "nearer": (nearer, SMALL),
    "footballer": (footballer, LARGE), "squirrel": (squirrel, SMALL), "crossing-1080": (crossing, (1920, 1080)),
}


def first_box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """The box that a person would draw around what the mask shows: a little larger."""
    left, top, width, height = cv2.boundingRect(mask)
    more = max(2, max(width, height) // 25)
    right, bottom = min(mask.shape[1], left + width + more), min(mask.shape[0], top + height + more)
    left, top = max(0, left - more), max(0, top - more)
    return left, top, right - left, bottom - top
