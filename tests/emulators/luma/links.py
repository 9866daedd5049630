"""Signed links to the files of generations, which expire as the real ones do."""
from __future__ import annotations

import hashlib
import time

from world import Generation, World


def _signature(world: World, path: str, expires: int) -> str:
    return hashlib.sha256(f'{world.signature} {path} {expires}'.encode()).hexdigest()[:32]


def link(world: World, made: Generation, name: str) -> str:
    path, expires = f'/media/{made.id}/{name}', int(time.time() + world.settings.link_seconds)
    return f'{world.address}{path}?expires={expires}&signature={_signature(world, path, expires)}'


def is_valid(world: World, path: str, expires: str, signature: str) -> bool:
    if not expires.isdecimal() or signature != _signature(world, path, int(expires)):
        return False
    return time.time() < int(expires)
