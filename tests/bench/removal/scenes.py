"""Clean clips whose every pixel is known: cuts of real clips, and cameras that move over stills.

Each scene is a function (size, count) -> frames in SCENES, the same at each call.
"""
import functools
import pathlib
import subprocess
import zlib
from typing import Callable

import cv2
import numpy as np

from removal import media
from removal.media import Frames

Size = tuple[int, int]
MEDIA = pathlib.Path(__file__).resolve().parents[3] / ".cache" / "media"


def dice(name: str) -> np.random.Generator:
    """Random numbers that depend on a name alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def smooth_noise(rng: np.random.Generator, count: int, spread: float, frames: float) -> np.ndarray:
    """A wandering value of standard deviation `spread`, whose turns take about `frames` frames."""
    noise = rng.normal(size=(count + 8 * int(frames + 1), 1)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (1, 0), sigmaX=1, sigmaY=frames)[4 * int(frames + 1):][:count, 0]
    return (noise - noise.mean()) / max(noise.std(), 1e-6) * spread


@functools.lru_cache(None)
def still(name: str) -> np.ndarray:
    path = MEDIA / name
    image = cv2.imread(str(path))
    if image is None:
        raise SystemExit(f"error: {path} is missing; `./test` and `tests/bench/object_removal.sh` fetch it")
    return image


def enlarged(image: np.ndarray, size: Size, factor: float) -> np.ndarray:
    """The image scaled to cover `factor` times the size."""
    scale = factor * max(size[0] / image.shape[1], size[1] / image.shape[0])
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


class Camera:
    """Where a hand-held camera looks: it pans, zooms, and turns a little, and shakes."""

    def __init__(self, name: str, count: int, *, pan: tuple[float, float] = (.3, .06), zoom: float = .08, turn: float = 1.5,
                 shake: float = .004, bend: float = 1.0):
        rng = dice(name + " camera")
        ease = np.linspace(0, 1, count) ** bend - .5
        slow, fast = (lambda spread: smooth_noise(rng, count, spread, 9)), (lambda spread: smooth_noise(rng, count, spread, 1.6))
        self.x = pan[0] * ease + slow(shake * 2) + fast(shake / 3)
        self.y = pan[1] * ease + slow(shake * 2) + fast(shake / 3)
        self.zoom = 1 + zoom * ease + slow(zoom / 20)
        self.turn = turn * ease + slow(turn / 6)

    def matrix(self, t: float, source: Size, size: Size) -> np.ndarray:
        """From a frame's pixels to the source's, at a moment between frames."""
        at = lambda values: float(np.interp(t, np.arange(len(values)), values))
        turned = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), at(self.turn), 1 / at(self.zoom))
        turned[:, 2] += [(source[0] - size[0]) / 2 + at(self.x) * size[0], (source[1] - size[1]) / 2 + at(self.y) * size[0]]
        return turned


Depth = float | np.ndarray   # 1 moves as the camera does, 0 not at all; or one for each row of the frame
READOUT = .4                 # frames that pass between the reading of the first row and that of the last


@functools.lru_cache(None)
def lens(size: Size) -> tuple[np.ndarray, np.ndarray]:
    """Where a frame's pixels would be without the barrel distortion of the lens: columns and rows."""
    rows, columns = np.mgrid[:size[1], :size[0]].astype(np.float32)
    x, y = columns - size[0] / 2, rows - size[1] / 2
    factor = 1 + .025 * (x ** 2 + y ** 2) / (size[0] / 2) ** 2
    return size[0] / 2 + x * factor, size[1] / 2 + y * factor


def seen(image: np.ndarray, camera: Camera, t: int, size: Size, depth: Depth = 1.0, shutter: float = .4) -> np.ndarray:
    """What the camera sees in frame t, blurred by its movement while the shutter is open, and read row by row."""
    source, late = image.shape[1::-1], np.linspace(0, 1, size[1])[:, None, None]
    rest = np.array([[1, 0, (source[0] - size[0]) / 2], [0, 1, (source[1] - size[1]) / 2]])
    columns, rows = lens(size)

    def look(moment: float) -> np.ndarray:
        moved = camera.matrix(moment, source, size) * (1 - late) + camera.matrix(moment + READOUT, source, size) * late
        m = (rest + np.reshape(depth, (-1, 1, 1)) * (moved - rest)).astype(np.float32)[..., None]
        x, y = (m[:, row, 0] * columns + m[:, row, 1] * rows + m[:, row, 2] for row in (0, 1))
        return cv2.remap(image, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    moments = [t + shutter * k / 3 for k in range(3)] if shutter else [t]
    return np.mean([look(moment).astype(np.float32) for moment in moments], axis=0)


def developed(frames: list[np.ndarray], name: str, grain: float = 1.6) -> Frames:
    """Adds the noise of a sensor, and what a camera's H.264 encoder loses."""
    rng = dice(name + " grain")
    noisy = lambda frame: frame + cv2.GaussianBlur(rng.normal(0, grain * 1.6, frame.shape).astype(np.float32), (0, 0), .6)
    return media.compressed([np.clip(np.rint(noisy(frame)), 0, 255).astype(np.uint8) for frame in frames])


def over_still(name: str, picture: str, size: Size, count: int, factor: float = 1.5, **moves) -> Frames:
    camera, image = Camera(name, count, **moves), enlarged(still(picture), size, factor)
    return developed([seen(image, camera, t, size) for t in range(count)], name)


def outlined(image: np.ndarray, name: str, top: float, rough: float) -> np.ndarray:
    """The image with an alpha channel: opaque below an irregular outline at about `top` of its height."""
    height, width = image.shape[:2]
    rng = dice(name + " outline")
    edge = (top * height + smooth_noise(rng, width, rough * height, width / 25) + smooth_noise(rng, width, rough * height / 5, 2))
    alpha = np.clip(np.arange(height)[:, None] - edge[None, :], 0, 1)
    return np.dstack([image.astype(np.float32), 255 * cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), .7)])


def posts(size: Size, places: list[float], width: float) -> np.ndarray:
    """Round posts, painted and worn, on a transparent plane twice as wide as the frame."""
    plane = np.zeros((int(size[1] * 1.6), size[0] * 2, 4), np.float32)
    rng = dice("posts")
    thick = int(width * size[0])
    for place in places:
        left = int(place * plane.shape[1])
        shade = np.sin(np.linspace(.3, 2.9, thick))[None, :, None] * np.array([90, 110, 120]) + 30
        worn = cv2.GaussianBlur(rng.normal(0, 60, (plane.shape[0], thick)).astype(np.float32), (0, 0), 2)
        plane[:, left:left + thick, :3] = shade + worn[..., None]
        plane[:, left:left + thick, 3] = 255
    return plane


def over(back: np.ndarray, front: np.ndarray) -> np.ndarray:
    alpha = front[..., 3:] / 255
    return back * (1 - alpha) + front[..., :3] * alpha


def parallax(size: Size, count: int, far: str = "leuvenA.jpg", near: str = "scenetext04.jpg", name: str = "parallax") -> Frames:
    """Three planes at different depths, the nearest a row of posts."""
    camera = Camera(name, count, pan=(.5, .03), turn=.8, zoom=.04)
    layers = [(enlarged(still(far), size, 1.6), .5), (outlined(enlarged(still(near), size, 1.8), name, .62, .04), 1.0),
              (posts(size, [.2, .47, .8], .025), 1.9)]
    frames = []
    for t in range(count):
        frame = seen(layers[0][0], camera, t, size, layers[0][1])
        for image, depth in layers[1:]:
            frame = over(frame, seen(image, camera, t, size, depth))
        frames.append(frame)
    return developed(frames, name)


def ground(size: Size, count: int) -> Frames:
    """A camera that moves along a street: what is low in the picture is near and passes quickly, and each row at a speed of its own."""
    height = size[1]
    depth = np.interp(np.arange(height), [0, .55 * height, height], [.5, .5, 1.6])
    image, pavement = (enlarged(still(name), (2 * size[0], 2 * height), 1)[-2 * height:, -2 * size[0]:]
                       for name in ("building.jpg", "scenetext05.jpg"))
    image[int(1.05 * height):] = pavement[int(1.05 * height):]
    camera = Camera("ground", count, pan=(.45, .01), zoom=.02, turn=.4)
    return developed([seen(image, camera, t, size, depth) for t in range(count)], "ground")


def lit(frames: Frames, name: str, drift: float = .35, flicker: float = .03) -> Frames:
    """Exposure and white balance that drift, and lamps that flicker."""
    rng = dice(name + " light")
    count = len(frames)
    gain = 1 + smooth_noise(rng, count, drift / 2, 14) + smooth_noise(rng, count, flicker, .7)
    warm = smooth_noise(rng, count, .03, 12)
    return [np.clip(frame * (gain[t] * np.array([1 - warm[t], 1, 1 + warm[t]])), 0, 255).astype(np.uint8) for t, frame in enumerate(frames)]


def changing_light(size: Size, count: int) -> Frames:
    return lit(over_still("light", "scenetext06.jpg", size, count, pan=(.4, .03), zoom=.03), "light")


def steady_light(size: Size, count: int) -> Frames:
    """A camera on a tripod, under changing light."""
    return lit(over_still("steady light", "scenetext03.jpg", size, count, pan=(0, 0), zoom=0, turn=0, shake=0), "steady light")


def street(size: Size, count: int, start: float = 8) -> Frames:
    """People who walk past a camera that stands still."""
    return media.read_clip(MEDIA / "vtest.avi", size, start, count)


def street_by_hand(size: Size, count: int, start: float = 30) -> Frames:
    """People who walk, seen by a camera that moves."""
    whole = media.read_clip(MEDIA / "vtest.avi", (768, 576), start, count)
    camera = Camera("street", count, pan=(.3, .1), turn=1.2)
    factor = 1.5 * max(size[0] / 768, size[1] / 576)
    frames = [seen(cv2.resize(frame, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), camera, t, size, shutter=0)
              for t, frame in enumerate(whole)]
    return developed(frames, "street", .8)


def shots(path: pathlib.Path, seconds: float) -> list[float]:
    """Starts of the stretches of at least so many seconds between two changes of scene."""
    found = subprocess.run(["ffmpeg", "-nostdin", "-v", "info", "-i", str(path), "-vf", "scale=240:-2,select='gt(scene,0.08)',showinfo",
                            "-f", "null", "-"], capture_output=True, text=True).stderr
    cuts = [0.0] + [float(line.split("pts_time:")[1].split()[0]) for line in found.splitlines() if "pts_time:" in line]
    return [begin + .1 for begin, end in zip(cuts, cuts[1:]) if end - begin >= seconds + .2]


def cartoon(size: Size, count: int, shot: float = .4) -> Frames:
    """One of the long shots of a drawn clip, `shot` of the way through them."""
    path = MEDIA / "wannaworktogether.mp4"
    starts = shots(path, count / 29.97)
    return media.read_clip(path, size, starts[int(shot * len(starts))], count)


def cockatoo(size: Size, count: int, start: float = 0) -> Frames:
    return media.read_clip(MEDIA / "cockatoo.mp4", size, start, count)


SCENES: dict[str, Callable[[Size, int], Frames]] = {
    "cockatoo": cockatoo,
    "cockatoo-2": functools.partial(cockatoo, start=9),
    "cartoon": cartoon,
    "cartoon-2": functools.partial(cartoon, shot=.7),
    "street": street,
    "street-by-hand": street_by_hand,
    "town": lambda size, count: over_still("town", "leuvenA.jpg", size, count, pan=(.35, .03), zoom=.12),
    "building": lambda size, count: over_still("building", "building.jpg", size, count, pan=(.28, -.05), zoom=-.1, turn=2),
    "yard": lambda size, count: over_still("yard", "scenetext04.jpg", size, count, factor=1.7, pan=(.5, .08), bend=1.6),
    "railing": lambda size, count: over_still("railing", "scenetext05.jpg", size, count, pan=(-.2, .05), zoom=.25, shake=.008),
    "wall": lambda size, count: over_still("wall", "graf1.png", size, count, pan=(.1, .12), turn=4, shake=.01),
    "plant": lambda size, count: over_still("plant", "aloeL.jpg", size, count, pan=(.06, .01), zoom=.02, turn=.4, shake=.003),
    "ground": ground,
    "parallax": parallax,
    "parallax-2": functools.partial(parallax, far="building.jpg", near="scenetext05.jpg", name="parallax-2"),
    "light": changing_light,
    "steady-light": steady_light,
}
