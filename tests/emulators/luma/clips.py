"""Draws clips with ffmpeg: different for each prompt, the same for the same prompt, and labelled as an emulator's."""
from __future__ import annotations

import hashlib
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import inputs
from dream_machine import MODES
from world import Generation, World

RATE = 24
LABEL = 'EMULATOR'


@dataclass
class Scene:
    prompt: str
    width: int
    height: int
    seconds: float
    first: Path | None = None     # pictures at either end
    last: Path | None = None
    source: Path | None = None    # the clip that is changed
    change: str = 'draw'          # draw, restyle, reframe, keep
    strength: int = 0             # of restyle: 0 to 8
    tone: bool = False

    def pick(self, salt: str, below: int) -> int:
        """A number that depends on the prompt."""
        return int.from_bytes(hashlib.sha256(f'{salt} {self.prompt}'.encode()).digest()[:4], 'big') % below


def size_for(aspect_ratio: str, resolution: str) -> tuple[int, int]:
    """The shorter side is what the resolution says; both are even."""
    short = 2160 if resolution == '4k' else int(resolution.removesuffix('p'))
    across, down = (int(n) for n in aspect_ratio.split(':'))
    long = round(short * max(across, down) / min(across, down) / 2) * 2
    return (long, short) if across >= down else (short, long)


def scene_of(world: World, made: Generation, folder: Path) -> Scene:
    request, options = made.request, made.request.get('video') or {}
    prompt = request.get('prompt') or ''
    resolution = options.get('resolution') or request.get('resolution') or '720p'
    ratio = request.get('aspect_ratio') or '16:9'
    if made.kind == 'video':
        frames = request.get('keyframes') or {}
        seconds = float((options.get('duration') or request.get('duration') or '5s').removesuffix('s'))
        first = frames.get('frame0') or options.get('start_frame')
        last = frames.get('frame1') or options.get('end_frame')
        return Scene(prompt, *size_for(ratio, resolution), seconds,
                     inputs.frame(world, first, True, folder / 'first.png'),
                     inputs.frame(world, last, False, folder / 'last.png'))
    source = source_of(world, made, folder)
    width, height, seconds = inputs.size_and_seconds(source)
    if made.kind in ('reframe_video', 'video_reframe'):
        return Scene(prompt, *size_for(ratio, resolution), seconds, source=source, change='reframe')
    if made.kind == 'add_audio':
        return Scene(prompt, width, height, seconds, source=source, change='keep', tone=True)
    short = size_for('1:1', resolution)[0]
    scale = short / min(width, height)
    size = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
    if made.kind == 'upscale_video':
        return Scene(prompt, *size, seconds, source=source, change='keep')
    first = inputs.frame(world, request.get('first_frame'), False, folder / 'first.png')
    mode = request.get('mode') or (options.get('edit') or {}).get('strength') or 'flex_2'
    return Scene(prompt, *size, seconds, first, source=source, change='restyle', strength=MODES.index(mode))


def source_of(world: World, made: Generation, folder: Path) -> Path:
    if made.made_from:
        return inputs.clip_of(world, made.made_from)
    reference: dict[str, Any] = made.request.get('media') or made.request['source']
    file = inputs.media(world, reference, folder / 'source.in')
    assert file is not None
    return file


def base(scene: Scene) -> str:
    """The filters up to the picture that label and text are written on: [base]."""
    w, h = scene.width, scene.height
    if scene.change == 'draw':
        colours = ':'.join(f'c{i}=0x{scene.pick(f"colour {i}", 1 << 24):06x}' for i in range(3))
        kind = ('linear', 'radial', 'circular', 'spiral')[scene.pick('kind', 4)]
        turn = f'2*PI*(t/{scene.seconds:g}+{scene.pick("turn", 100) / 100})'
        time = f'r={RATE}:d={scene.seconds:g}'
        return (f'gradients=s={w}x{h}:{time}:n=3:{colours}:type={kind}:seed={scene.pick("seed", 999)}'
                ':speed=0.00001[ground];'
                f'color=s={h // 5}x{h // 5}:{time}:c=0x{scene.pick("dot", 1 << 24):06x}[dot];'
                f"[ground][dot]overlay=x='(W-w)/2*(1+0.7*cos({turn}))':y='(H-h)/2*(1+0.7*sin({turn}))'[base]")
    if scene.change == 'restyle':
        hue = 20 + scene.strength * 15 + scene.pick('hue', 40)
        return f'[0:v]scale={w}:{h},setsar=1,hue=h={hue}:s={1 + scene.strength / 4:g}[base]'
    if scene.change == 'reframe':
        return (f'[0:v]setsar=1,split[a][b];[a]scale={w}:{h}:force_original_aspect_ratio=increase,crop={w}:{h},'
                f'boxblur=10[ground];[b]scale={w}:{h}:force_original_aspect_ratio=decrease[whole];'
                f'[ground][whole]overlay=(W-w)/2:(H-h)/2[base]')
    return f'[0:v]scale={w}:{h}:flags=lanczos,setsar=1[base]'


def pictures(scene: Scene, index: int) -> tuple[list[str | Path], str, str]:
    """Inputs and filters that show the first and the last picture; and the name of the result."""
    arguments: list[str | Path] = []
    filters, name = '', 'base'
    size = f'scale={scene.width}:{scene.height}:force_original_aspect_ratio=increase,crop={scene.width}:{scene.height}'
    shown = [(scene.first, 'out:st=0.4:d=0.8', 'first'),
             (scene.last, f'in:st={max(0.0, scene.seconds - 1.2):g}:d=0.8', 'last')]
    for picture, fade, label in shown:
        if picture is None:
            continue
        arguments += ['-loop', '1', '-framerate', str(RATE), '-t', f'{scene.seconds:g}', '-i', picture]
        filters += (f';[{index}:v]{size},setsar=1,format=yuva420p,fade={fade}:alpha=1[{label}];'
                    f'[{name}][{label}]overlay=eof_action=pass[with_{label}]')
        name, index = f'with_{label}', index + 1
    return arguments, filters, name


def writing(scene: Scene, text: Path) -> str:
    """The label, and the prompt below."""
    size = max(12, min(scene.width, scene.height) // 22)
    lines = textwrap.wrap(scene.prompt, max(10, int(scene.width / size * 1.6)))[:4]
    text.write_text('\n'.join(lines) or ' ')
    style = 'font=DejaVu Sans:fontcolor=white:box=1:boxcolor=black@0.6'
    return (f'drawtext={style}:fontsize={size * 3 // 2}:boxborderw={size // 2}:x={size}:y={size}:text={LABEL},'
            f'drawtext={style}:fontsize={size}:boxborderw={size // 3}:x={size}:y=h-th-{size}:expansion=none'
            f':textfile={text}')


def command(scene: Scene, work: Path, folder: Path) -> list[str | Path]:
    arguments: list[str | Path] = ['ffmpeg', '-v', 'error', '-y', '-threads', '1', '-filter_threads', '1']
    if scene.source is not None:
        arguments += ['-i', scene.source]
    extra, filters, name = pictures(scene, 1 if scene.source is not None else 0)
    arguments += extra
    graph = (f'{base(scene)}{filters};[{name}]{writing(scene, work / "prompt.txt")},format=yuv420p,'
             'split=3[video][b][c];[b]scale=trunc(iw/8)*2:trunc(ih/8)*2[progress];[c]select=eq(n\\,0)[image]')
    if scene.tone:
        graph += f';sine=frequency={220 + scene.pick("tone", 440)}:duration={scene.seconds:g}:sample_rate=48000[tone]'
    comment = f'comment=Made by an emulator of Luma: {scene.prompt}'
    x264: list[str | Path] = ['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1', '-flags', '+bitexact',
                              '-fflags', '+bitexact', '-metadata', comment]
    sound = ['-map', '[tone]', '-c:a', 'aac', '-shortest'] if scene.tone else []
    return [*arguments, '-filter_complex', graph,
            '-map', '[video]', *sound, *x264, '-movflags', '+faststart', folder / 'video.mp4',
            '-map', '[progress]', *x264, folder / 'progress.mp4',
            '-map', '[image]', '-frames:v', '1', '-update', '1', folder / 'image.jpg']


def draw(world: World, made: Generation) -> None:
    """Writes video.mp4, progress.mp4 and image.jpg into the generation's folder. Raises InputError."""
    folder = world.media(made.id)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=world.folder) as work:
        scene = scene_of(world, made, Path(work))
        inputs.run(*command(scene, Path(work), folder))
