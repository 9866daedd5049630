"""Frames from and to files, without loss. Frames are BGR arrays of height x width x 3 with even sides; masks are 0 or 255."""
import pathlib
import subprocess
import tempfile

import cv2
import numpy as np

Frames = list[np.ndarray]


def planar(frame: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420)


def coloured(frame: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(frame, cv2.COLOR_YUV2BGR_I420)


def as_stored(frames: Frames) -> Frames:
    """What is left of frames in 4:2:0."""
    return [coloured(planar(frame)) for frame in frames]


def pipe(arguments: list[str], data: bytes | None = None) -> bytes:
    done = subprocess.run(["ffmpeg", "-nostdin", "-y", "-v", "error", *arguments], input=data, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"error: ffmpeg {' '.join(arguments)}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def read_clip(path: pathlib.Path, size: tuple[int, int], start: float, count: int, every: int = 1) -> Frames:
    """`count` frames from `start` seconds on, or each so-manieth, scaled to cover `size` and cropped to it."""
    width, height = size
    cover = f"select='not(mod(n,{every}))',scale={width}:{height}:force_original_aspect_ratio=increase:flags=area,crop={width}:{height}"
    raw = pipe(["-i", str(path), "-ss", f"{start}", "-frames:v", f"{count}", "-vf", cover, "-vsync", "0",
                "-f", "rawvideo", "-pix_fmt", "bgr24", "-"])
    return list(np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3))


def _write(path: pathlib.Path, frames: Frames, layout: str, *codec: str) -> None:
    height, width = frames[0].shape[:2]
    data = b"".join((frame if layout == "gray" else planar(frame)).tobytes() for frame in frames)
    pipe(["-f", "rawvideo", "-pix_fmt", layout, "-s", f"{width}x{height}", "-r", "25", "-i", "-", "-c:v", *codec, str(path)], data)


def write_clip(path: pathlib.Path, frames: Frames) -> None:
    """FFV1 in Matroska: of BGR frames 4:2:0, of masks grey."""
    _write(path, frames, "gray" if frames[0].ndim == 2 else "yuv420p", "ffv1", "-level", "3", "-g", "1")


def compressed(frames: Frames) -> Frames:
    """The frames after H.264 as cameras write it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "coded.mkv"
        _write(path, frames, "yuv420p", "libx264", "-preset", "veryfast", "-crf", "20")
        return read_stored(path, frames[0].shape[1::-1])


def _planes(path: pathlib.Path, size: tuple[int, int]) -> np.ndarray:
    raw = pipe(["-i", str(path), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"])
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1] * 3 // 2, size[0])


def read_stored(path: pathlib.Path, size: tuple[int, int]) -> Frames:
    """The frames of a 4:2:0 file, by the conversion that the truth went through."""
    return [coloured(planes) for planes in _planes(path, size)]


def read_matte(path: pathlib.Path, size: tuple[int, int]) -> Frames:
    """Masks from a 4:2:0 file that shows them white on black."""
    return [np.where(planes[:size[1]] > 127, 255, 0).astype(np.uint8) for planes in _planes(path, size)]


def read_folder(folder: pathlib.Path, limit: int) -> tuple[Frames, Frames]:
    """`frames/*` and `masks/*` of a folder, cropped to even sides."""
    def images(name: str, flags: int) -> Frames:
        paths = sorted(path for path in (folder / name).glob("*") if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
        return [cv2.imread(str(path), flags) for path in paths[:limit]]
    frames, masks = images("frames", cv2.IMREAD_COLOR), images("masks", cv2.IMREAD_GRAYSCALE)
    if not frames or len(frames) != len(masks):
        raise SystemExit(f"error: {folder}: expected as many images in masks/ as in frames/; found {len(masks)} and {len(frames)}")
    sizes = sorted({f"{image.shape[1]}x{image.shape[0]}" if image is not None else "unreadable" for image in frames + masks})
    if len(sizes) > 1:
        raise SystemExit(f"error: {folder}: expected frames and masks of one size; found {', '.join(sizes)}")
    if max(mask.max() for mask in masks) < 128:
        raise SystemExit(f"error: {folder}/masks: all are black; white shows what is to be removed")
    height, width = (side // 2 * 2 for side in masks[0].shape)
    cropped = lambda images: [image[:height, :width] for image in images]
    return cropped(frames), [np.where(mask > 127, 255, 0).astype(np.uint8) for mask in cropped(masks)]
