"""What a generation is made from: pictures and clips by address, inline or from earlier generations."""
from __future__ import annotations

import base64
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from parent import exit_with_parent
from world import World

LARGEST = 200 << 20


class InputError(Exception):
    """Ends the generation as failed; `code` is the Agents API's failure_code."""

    def __init__(self, reason: str, code: str = 'invalid_request'):
        super().__init__(reason)
        self.code = code


def run(*command: str | Path) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          preexec_fn=exit_with_parent)
    if done.returncode != 0:
        raise InputError(f'{command[0]} failed: {done.stderr[-500:]}', 'corrupt_input')
    return done.stdout


def fetch(url: str, to: Path) -> Path:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            content = answer.read(LARGEST + 1)
    except (OSError, ValueError):
        raise InputError('Failed to read user input frames') from None
    if len(content) > LARGEST:
        raise InputError('The input is too large', 'image_too_large')
    to.write_bytes(content)
    return to


def clip_of(world: World, generation_id: str) -> Path:
    file = world.media(generation_id) / 'video.mp4'
    if not file.exists():
        raise InputError('The generation has no video')
    return file


def media(world: World, reference: dict[str, Any] | None, to: Path) -> Path | None:
    """The file that a reference of either API means."""
    if reference is None:
        return None
    if reference.get('url'):
        return fetch(reference['url'], to)
    if reference.get('data'):
        to.write_bytes(base64.b64decode(reference['data']))
        return to
    return clip_of(world, reference.get('generation_id') or reference['id'])


def frame(world: World, reference: dict[str, Any] | None, at_end: bool, to: Path) -> Path | None:
    """A picture, or that frame of the earlier clip which is next to the new one."""
    file = media(world, reference, to.with_suffix('.in'))
    if file is None:
        return None
    is_clip = 'generation_id' in (reference or {}) or 'id' in (reference or {})
    seek = ['-sseof', '-0.5'] if is_clip and at_end else []
    run('ffmpeg', '-v', 'error', '-y', *seek, '-i', file, '-update', '1', *([] if seek else ['-frames:v', '1']), to)
    return to


def size_and_seconds(file: Path) -> tuple[int, int, float]:
    out = run('ffprobe', '-v', 'error', '-select_streams', 'v:0', '-of', 'csv=p=0',
              '-show_entries', 'stream=width,height:format=duration', file).split()
    width, height = out[0].split(',')[:2]
    return int(width), int(height), float(out[1])
