"""How well and how fast reel-object-removal fills holes, and follows what it is to remove; see object_removal.sh."""
import argparse
import dataclasses
import itertools
import pathlib
import tempfile
from typing import Callable, Iterator

try:
    import cv2
    import numpy as np
except ModuleNotFoundError as missing:
    raise SystemExit(f"error: {missing}; install Debian's python3-opencv and run this with /usr/bin/python3") from None

from removal import chases, fills, holes, media, metrics, scenes
from removal.media import Frames
from removal.metrics import Quality
from removal.plugin import PLUGINS, Launcher

SMALL, LARGE, FULL = (432, 240), (640, 360), (1920, 1080)
CASES = [
    ("building", "fixed-5", SMALL), ("town", "fixed-12", SMALL), ("yard", "fixed-3", LARGE), ("railing", "fixed-5", LARGE),
    ("parallax", "fixed-5", SMALL), ("light", "fixed-5", SMALL), ("street-by-hand", "fixed-5", SMALL), ("cockatoo", "fixed-5", LARGE),
    ("street", "fixed-3", SMALL), ("steady-light", "fixed-5", SMALL),
    ("ground", "fixed-5", SMALL),
    ("cockatoo", "logo", LARGE), ("cartoon", "logo", SMALL), ("wall", "logo", SMALL), ("street", "logo", LARGE),
    ("parallax-2", "logo", SMALL),
    ("town", "moving", SMALL), ("ground", "moving", SMALL), ("street-by-hand", "moving", SMALL), ("parallax-2", "moving", SMALL),
    ("light", "moving", LARGE), ("cockatoo-2", "moving", SMALL), ("plant", "moving", SMALL), ("steady-light", "moving", SMALL),
    ("yard", "fixed-3", FULL), ("town", "fixed-5", FULL), ("town", "moving", FULL),
]
STILL_CAMERA = {"street", "steady-light", "cartoon", "cartoon-2"}
Fill = Callable[[Frames, Frames], Frames]
METHODS: dict[str, Fill] = {"telea": fills.telea, "delogo": fills.delogo, "median": fills.temporal_median, "pull-push": fills.pull_push}


@dataclasses.dataclass
class Case:
    name: str
    kind: str          # fixed, logo or moving
    camera_moves: bool
    truth: Frames
    masks: Frames
    holed: Frames      # what a fill gets

    @property
    def title(self) -> str:
        height, width = self.masks[0].shape
        return f"{self.name} {width}x{height}"


@dataclasses.dataclass
class Result:
    case: str
    kind: str
    camera_moves: bool
    height: int
    share: float                   # of the frame that is hole, the mean over the frames
    rate: float                    # frames a second
    quality: dict[str, Quality]    # by method; "ours" is the plugin

    def gain(self, method: str) -> float:
        """dB of the whole frame."""
        return self.quality["ours"].psnr - self.quality[method].psnr


def holed(truth: Frames, masks: Frames, content: str) -> Frames:
    return media.as_stored(holes.punched(truth, masks, content, scenes.cockatoo))


def made(scene: str, kind: str, size: scenes.Size, count: int, content: str) -> Case:
    truth = media.as_stored(scenes.SCENES[scene](size, count))
    masks = holes.KINDS[kind](size, len(truth), scene)
    return Case(f"{scene} {kind}", kind.split("-")[0], scene not in STILL_CAMERA, truth, masks, holed(truth, masks, content))


def given(folder: pathlib.Path, count: int, content: str) -> Case:
    frames, masks = media.read_folder(folder, count)
    truth = media.as_stored(frames)
    kind = "fixed" if all((mask == masks[0]).all() for mask in masks) else "moving"
    return Case(folder.resolve().name, kind, True, truth, masks, holed(truth, masks, content))


def cases(options: argparse.Namespace) -> Iterator[Case]:
    if options.folders:
        yield from (given(folder, options.frames, options.content) for folder in options.folders)
        return
    wanted = CASES
    if options.clips or options.kinds or options.sizes:
        wanted = list(itertools.product(options.clips or scenes.SCENES, options.kinds or holes.KINDS, options.sizes or [SMALL]))
    yield from (made(*case, options.frames, options.content) for case in wanted)


def strip(case: Case, filled: dict[str, Frames], folder: pathlib.Path) -> None:
    """Three moments one below the other: truth, hole, ours, Telea."""
    moments = [len(case.truth) * k // 4 for k in (1, 2, 3)]
    columns = (case.truth, case.holed, filled["ours"], filled["telea"])
    folder.mkdir(parents=True, exist_ok=True)
    shown = np.vstack([np.hstack([frames[t] for frames in columns]) for t in moments])
    cv2.imwrite(str(folder / f"{case.title.replace(' ', '-')}.png"), shown)


def measured(case: Case, launcher: Launcher, write: pathlib.Path | None) -> Result:
    ours, rate = launcher.fill(case.holed, case.masks)
    if len(ours) != len(case.truth):
        raise SystemExit(f"error: {case.title}: {launcher.element} gave {len(ours)} frames of {len(case.truth)}")
    methods = {name: fill for name, fill in METHODS.items() if name != "delogo" or case.kind != "moving"}
    filled = {"ours": ours} | {name: fill(case.holed, case.masks) for name, fill in methods.items()}
    moves = metrics.moves_of(case.truth, case.masks)
    if write:
        strip(case, filled, write)
    return Result(case.title, case.kind, case.camera_moves, case.masks[0].shape[0], float(np.mean(case.masks)) / 255, rate,
                  {name: metrics.measure(case.truth, frames, case.masks, moves) for name, frames in filled.items()})


QUALITIES = f"{'SSIM':>6} {'hole':>5} {'warp':>5}"
HEADER = (f"{'':32} {'hole':>5}   {'ours':>5} {QUALITIES} {'fps':>6}   {'Telea':>5} {QUALITIES}   "
          f"{'delogo':>6} {'median':>6} {'pull-p':>6}   over: {'Telea':>6} {'delogo':>6} {'pull-p':>6}")


def line(title: str, results: list[Result]) -> str:
    """The means of one or several clips."""
    mean = lambda value: float(np.mean([value(result) for result in results]))
    quality = lambda method, field: mean(lambda result: getattr(result.quality[method], field))
    four = lambda method: (f"{quality(method, 'psnr'):5.2f} {quality(method, 'ssim'):6.4f} {quality(method, 'hole'):5.2f} "
                           f"{quality(method, 'warp'):5.2f}")
    has_delogo = all("delogo" in result.quality for result in results)
    other = lambda text, method: f"{text(method):6.2f}" if method != "delogo" or has_delogo else f"{'':6}"
    gain = lambda method: mean(lambda result: result.gain(method))
    share, rate = 100 * mean(lambda result: result.share), mean(lambda result: result.rate)
    return (f"{title:32} {share:4.1f}%   {four('ours')} {rate:6.1f}   {four('telea')}   "
            + " ".join(other(lambda method: quality(method, "psnr"), method) for method in ("delogo", "median", "pull-push")) + "         "
            + " ".join(other(gain, method) for method in ("telea", "delogo", "pull-push")))


def verdict(what: str, value: float, least: float, unit: str, at_most: bool = False) -> str:
    met = value <= least if at_most else value >= least
    return f"{'met    ' if met else 'MISSED '} {what}: {value:.3f} {unit}, wanted at {'most' if at_most else 'least'} {least:g}"


def verdicts(results: list[Result]) -> Iterator[str]:
    fixed = [result for result in results if result.kind == "fixed" and result.camera_moves]
    logos = [result for result in results if result.kind == "logo"]
    moving = [result for result in results if result.kind == "moving"]
    if fixed:
        yield verdict("fixed holes under a moving camera, over Telea, mean", np.mean([r.gain("telea") for r in fixed]), 8, "dB")
        yield verdict("fixed holes under a moving camera, SSIM, mean", np.mean([r.quality["ours"].ssim for r in fixed]), .985, "")
    if logos:
        yield verdict("logos, over delogo, mean", np.mean([r.gain("delogo") for r in logos]), 6, "dB")
        yield verdict("logos, over delogo, the worst", min(r.gain("delogo") for r in logos), -.3, "dB")
    if moving:
        yield verdict("moving masks, over Telea, mean", np.mean([r.gain("telea") for r in moving]), 4, "dB")
        warp = lambda method: np.mean([r.quality[method].warp for r in moving])
        yield verdict("moving masks, warp error of Telea's", warp("ours") / warp("telea"), .5, "times", at_most=True)
    yield verdict("all, over the plain spatial fill, the worst", min(r.gain("pull-push") for r in results), -.3, "dB")
    for name, least in (("fixed-3", 60), ("fixed-5", 30)):
        rates = [r.rate for r in results if r.height == FULL[1] and f" {name} " in r.case]
        if rates:
            yield verdict(f"speed at 1080p, {name}", min(rates), least, "fps")


def compare_fills(options: argparse.Namespace, launcher: Launcher) -> None:
    print(HEADER)
    results = []
    for case in cases(options):
        results.append(measured(case, launcher, options.write))
        print(line(results[-1].case, results[-1:]), flush=True)
    print()
    for kind in ("fixed", "logo", "moving"):
        group = [result for result in results if result.kind == kind]
        if group:
            print(line(f"mean of {len(group)} {kind}", group))
    print(line(f"mean of {len(results)}", results), "", *verdicts(results), sep="\n")


def recall_and_area(truth: Frames, found: Frames) -> tuple[float, float, float]:
    """How much of the object is covered, over all frames and in the worst tenth of those that show it; and how many times its area."""
    pairs = [(mask > 0, other > 0) for mask, other in zip(truth, found)]
    covered = sum((a & b).sum() for a, b in pairs) / sum(a.sum() for a, _ in pairs)
    each = [(a & b).sum() / a.sum() for a, b in pairs if a.sum() > 30]
    return float(covered), float(np.quantile(each, .1)), float(sum(b.sum() for _, b in pairs) / sum(a.sum() for a, _ in pairs))


def compare_chases(options: argparse.Namespace, launcher: Launcher) -> None:
    print(f"{'':24} {'size':>9}   {'recall':>6} {'worst 10%':>9} {'area':>6} {'fps':>6}")
    figures = []
    for name in options.clips or chases.CHASES:
        play, size = chases.CHASES[name]
        frames, masks = play(size, options.frames)
        found, rate = launcher.follow(media.as_stored(frames), chases.first_box(masks[0]))
        if len(found) != len(masks):
            raise SystemExit(f"error: {name}: {launcher.element} gave {len(found)} frames of {len(masks)}")
        figures.append((*recall_and_area(masks, found), rate, size))
        print("{:24} {:>9}   {:6.3f} {:9.3f} {:6.2f} {:6.1f}".format(name, "{}x{}".format(*size), *figures[-1][:4]), flush=True)
        if options.write:
            outline(name, frames, masks, found, options.write)
    print("", verdict("recall, mean", np.mean([recall for recall, *_ in figures]), .95, ""),
          verdict("recall, the worst clip", min(recall for recall, *_ in figures), .95, ""),
          verdict("area, mean", np.mean([area for _, _, area, *_ in figures]), 2, "times", at_most=True),
          verdict("area, the worst clip", max(area for _, _, area, *_ in figures), 2, "times", at_most=True), sep="\n")
    rates = [rate for *_, rate, size in figures if size == FULL]
    if rates:
        print(verdict("speed at 1080p, with tracking", min(rates), 15, "fps"))


def outline(name: str, frames: Frames, masks: Frames, found: Frames, folder: pathlib.Path) -> None:
    """Six moments: what is to be followed outlined in green, what was found in red."""
    shown = []
    for t in np.linspace(0, len(frames) - 1, 6).astype(int):
        picture = frames[t].copy()
        for mask, colour in ((found[t], (0, 0, 255)), (masks[t], (0, 255, 0))):
            cv2.drawContours(picture, cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], -1, colour, 1)
        shown.append(picture)
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f"{name}.png"), np.vstack([np.hstack(shown[:3]), np.hstack(shown[3:])]))


def generate_fills(options: argparse.Namespace) -> None:
    for case in cases(options):
        folder = options.generate / case.title.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        for name, frames in (("clip", case.holed), ("truth", case.truth), ("mask", case.masks)):
            media.write_clip(folder / f"{name}.mkv", frames)


def generate_chases(options: argparse.Namespace) -> None:
    for name in options.clips or chases.CHASES:
        play, size = chases.CHASES[name]
        frames, masks = play(size, options.frames)
        folder = options.generate / name
        folder.mkdir(parents=True, exist_ok=True)
        media.write_clip(folder / "clip.mkv", frames)
        media.write_clip(folder / "mask.mkv", masks)
        (folder / "box.txt").write_text("{} {} {} {}\n".format(*chases.first_box(masks[0])))


def size_of(text: str) -> scenes.Size:
    width, height = (int(side) if side.isdigit() else 0 for side in (text.split("x") + [""])[:2])
    if width % 2 or height % 2 or min(width, height) < 64:
        raise argparse.ArgumentTypeError(f"expected two even numbers of at least 64, such as 640x360; got {text}")
    return width, height


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench/object_removal.sh", description=__doc__)
    parser.add_argument("folders", metavar="FOLDER", nargs="*", type=pathlib.Path,
                        help="clean frames/ and masks/, instead of generated clips")
    parser.add_argument("--track", action="store_true", help="measure what follows an object from a box on the first frame")
    parser.add_argument("--clips", nargs="+", metavar="NAME",
                        help=f"of {', '.join(scenes.SCENES)}; with --track {', '.join(chases.CHASES)}")
    parser.add_argument("--kinds", nargs="+", choices=holes.KINDS)
    parser.add_argument("--sizes", nargs="+", type=size_of, metavar="WIDTHxHEIGHT")
    parser.add_argument("--frames", type=int, default=75, metavar="COUNT")
    parser.add_argument("--content", choices=("grey", "noise", "object"), default="grey", help="what stands in the hole")
    parser.add_argument("--write", type=pathlib.Path, metavar="FOLDER", help="leave pictures to look at")
    parser.add_argument("--generate", type=pathlib.Path, metavar="FOLDER", help="only write the clips, each in a folder of its own")
    parser.add_argument("--element", default="reel-object-removal")
    parser.add_argument("--plugins", type=pathlib.Path, default=PLUGINS, metavar="FOLDER")
    options = parser.parse_args()
    unknown = set(options.clips or ()) - set(chases.CHASES if options.track else scenes.SCENES)
    if unknown:
        parser.error(f"no clip is called {', '.join(sorted(unknown))}; see --help")
    return options


def main() -> None:
    options = arguments()
    if options.generate:
        (generate_chases if options.track else generate_fills)(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        launcher = Launcher(options.element, options.plugins, pathlib.Path(folder))
        (compare_chases if options.track else compare_fills)(options, launcher)


if __name__ == "__main__":
    main()
