"""The control API under `/_emulator/`: for tests, no part of what is emulated."""
from __future__ import annotations

from dataclasses import asdict

from fields import ApiError
from links import link
from routes import Answer, Request, Router
from world import Fault, World

PLACES = ('any', 'create', 'look', 'list', 'delete', 'other', 'download', 'render')
ACTIONS = ('close', 'status', 'slow', 'lose_answer', 'garbage', 'truncate', 'not_media', 'fail')


def state(world: World, request: Request) -> Answer:
    with world.lock:
        return Answer(200, {'settings': asdict(world.settings), 'counters': world.counters,
                            'faults': [asdict(f) for f in world.faults],
                            'generations': [{**asdict(g), 'link': link(world, g, 'video.mp4')}
                                            for g in world.generations.values()]})


def settings(world: World, request: Request) -> Answer:
    world.change_settings(request.body or {})
    return Answer(200, asdict(world.settings))


def faults(world: World, request: Request) -> Answer:
    try:
        fault = Fault(**request.body)
    except TypeError as e:
        raise ApiError(422, str(e)) from None
    if fault.on not in PLACES or fault.do not in ACTIONS:
        raise ApiError(422, f'on: one of {PLACES}; do: one of {ACTIONS}')
    with world.lock:
        world.faults.append(fault)
    return Answer(201, asdict(fault))


def reset(world: World, request: Request) -> Answer:
    world.reset()
    return Answer(204)


def add_routes(router: Router) -> None:
    router.add('GET', '/_emulator/state', state, 'control')
    router.add('POST', '/_emulator/settings', settings, 'control')
    router.add('POST', '/_emulator/faults', faults, 'control')
    router.add('POST', '/_emulator/reset', reset, 'control')
