"""The Dream Machine API, `/dream-machine/v1`."""
from __future__ import annotations

import shutil
from datetime import datetime, timezone
from typing import Any

import prices
from fields import ApiError, Check, Field, boolean, list_of, number, one_of, record, require, tagged, text, url
from links import link
from routes import Answer, Request, Router
from world import Generation, World

API = 'dream-machine'
ASPECT_RATIOS = ('1:1', '16:9', '9:16', '4:3', '3:4', '21:9', '9:21')
RESOLUTIONS = ('540p', '720p', '1080p', '4k')
MODES = tuple(f'{name}_{n}' for name in ('adhere', 'flex', 'reimagine') for n in (1, 2, 3))
CONCEPTS = '''
    aerial aerial_drone bolt_cam crane_down crane_up dolly_zoom elevator_doors eye_level ground_level handheld
    high_angle low_angle orbit_left orbit_right overhead pan_left pan_right pedestal_down pedestal_up pov
    pull_out push_in roll_left roll_right selfie static tilt_down tilt_up tiny_planet truck_left truck_right
    zoom_in zoom_out
'''.split()
STATES = {'working': 'dreaming'}

model = Field(one_of('ray-2', 'ray-flash-2'), required=True)
prompt = Field(text())
callback = Field(url)
media = record(url=Field(url, required=True))
keyframe = tagged('type',
                  image=record(type=Field(one_of('image'), True), url=Field(url, True)),
                  generation=record(type=Field(one_of('generation'), True), id=Field(text(1), True)))


def generation_type(name: str, required: bool = False) -> Field:
    return Field(one_of(name), required)


CREATE: Check = record(
    generation_type=generation_type('video'), model=model, prompt=prompt, callback_url=callback,
    aspect_ratio=Field(one_of(*ASPECT_RATIOS)), duration=Field(one_of('5s', '9s')),
    resolution=Field(one_of(*RESOLUTIONS)), loop=Field(boolean),
    keyframes=Field(record(frame0=Field(keyframe), frame1=Field(keyframe))),
    concepts=Field(list_of(record(key=Field(one_of(*CONCEPTS), True)), 4)))
MODIFY: Check = record(
    generation_type=generation_type('modify_video', True), model=model, prompt=prompt, callback_url=callback,
    media=Field(media, True), mode=Field(one_of(*MODES), True), first_frame=Field(media))
REFRAME: Check = record(
    generation_type=generation_type('reframe_video', True), model=model, prompt=prompt, callback_url=callback,
    media=Field(media, True), aspect_ratio=Field(one_of(*ASPECT_RATIOS), True), first_frame=Field(media),
    **{name: Field(number(0, 10_000)) for name in ('grid_position_x', 'grid_position_y', 'resized_width',
                                                   'resized_height', 'x_start', 'x_end', 'y_start', 'y_end')})
UPSCALE: Check = record(
    generation_type=generation_type('upscale_video'), resolution=Field(one_of(*RESOLUTIONS)), callback_url=callback)
AUDIO: Check = record(
    generation_type=generation_type('add_audio'), prompt=prompt, negative_prompt=prompt, callback_url=callback)


def shown(world: World, made: Generation) -> dict[str, Any]:
    """A generation as the API and its webhooks tell it."""
    assets = None
    if made.state == 'completed':
        assets = {'video': link(world, made, 'video.mp4'), 'image': link(world, made, 'image.jpg'),
                  'progress_video': link(world, made, 'progress.mp4')}
    elif made.state == 'working' and made.drawn:
        assets = {'video': None, 'image': None, 'progress_video': link(world, made, 'progress.mp4')}
    return {'id': made.id, 'generation_type': 'video', 'state': STATES.get(made.state, made.state),
            'failure_reason': made.failure, 'created_at': iso(made.created), 'assets': assets, 'model': made.model,
            'request': made.request}


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec='milliseconds').replace('+00:00', 'Z')


def check_prompt(body: dict[str, Any], required: bool) -> None:
    if body.get('prompt') is None:
        if required:
            raise ApiError(400, 'Prompt is required')
    elif len(body['prompt']) < 3:
        raise ApiError(400, 'Prompt is too short, minimum length is 3 characters')
    elif len(body['prompt']) > 5000:
        raise ApiError(400, 'Prompt is too long, maximum length is 5000 characters')


def check_keyframes(world: World, body: dict[str, Any]) -> None:
    if 'keyframes' not in body:
        return
    frames = {name: frame for name, frame in body['keyframes'].items() if frame is not None}
    if not frames:
        raise ApiError(400, 'No keyframes provided')
    if body.get('loop') and 'frame1' in frames:
        raise ApiError(400, 'Loop is not supported for ' + ('keyframes' if 'frame0' in frames else 'end frame'))
    for frame in frames.values():
        if frame['type'] == 'generation':
            world.completed(API, frame['id'])


def create(world: World, request: Request) -> Answer:
    body = require(request.body, CREATE)
    check_prompt(body, required='keyframes' not in body)
    check_keyframes(world, body)
    defaults = {'generation_type': 'video', 'prompt': None, 'aspect_ratio': '16:9', 'loop': False, 'keyframes': None,
                'callback_url': None, 'concepts': None, 'duration': '5s', 'resolution': '720p'}
    echoed = {**defaults, **body}
    cents = prices.generate(body['model'], echoed['resolution'], echoed['duration'])
    return answer(world, world.create(API, 'video', body['model'], echoed, cents))


def modify(world: World, request: Request) -> Answer:
    body = require(request.body, MODIFY)
    check_prompt(body, required=False)
    echoed = {'prompt': None, 'callback_url': None, 'first_frame': None, **body}
    return answer(world, world.create(API, 'modify_video', body['model'], echoed, prices.EDIT))


def reframe(world: World, request: Request) -> Answer:
    body = require(request.body, REFRAME)
    check_prompt(body, required=False)
    echoed = {'prompt': None, 'callback_url': None, 'first_frame': None, **body}
    return answer(world, world.create(API, 'reframe_video', body['model'], echoed, prices.EDIT))


def upscale(world: World, request: Request, generation_id: str) -> Answer:
    body = require(request.body, UPSCALE)
    source = world.completed(API, generation_id)
    echoed = {'generation_type': 'upscale_video', 'resolution': '1080p', 'callback_url': None, **body}
    return answer(world, world.create(API, 'upscale_video', source.model, echoed, prices.UPSCALE, source.id))


def audio(world: World, request: Request, generation_id: str) -> Answer:
    body = require(request.body, AUDIO)
    check_prompt(body, required=False)
    source = world.completed(API, generation_id)
    echoed = {'generation_type': 'add_audio', 'prompt': None, 'negative_prompt': None, 'callback_url': None, **body}
    return answer(world, world.create(API, 'add_audio', source.model, echoed, prices.AUDIO, source.id))


def listing(world: World, request: Request) -> Answer:
    limit, offset = request.number('limit', 10, 1, 100), request.number('offset', 0, 0, 10 ** 9)
    with world.lock:
        every = sorted((g for g in world.generations.values() if g.api == API), key=lambda g: -g.created)
        page = [shown(world, g) for g in every[offset:offset + limit]]
    return Answer(200, {'generations': page, 'count': len(page), 'has_more': offset + limit < len(every),
                        'limit': limit, 'offset': offset})


def look(world: World, request: Request, generation_id: str) -> Answer:
    return Answer(200, shown(world, world.find(API, generation_id)))


def delete(world: World, request: Request, generation_id: str) -> Answer:
    with world.lock:
        made = world.find(API, generation_id)
        if made.active:
            raise ApiError(409, 'A generation in progress cannot be deleted')
        del world.generations[made.id]
        world.save()
    shutil.rmtree(world.media(made.id), ignore_errors=True)
    return Answer(204)


def answer(world: World, made: Generation) -> Answer:
    return Answer(201, shown(world, made))


def credits(world: World, request: Request) -> Answer:
    return Answer(200, {'credit_balance': world.settings.credit_cents})


def add_routes(router: Router) -> None:
    base = '/dream-machine/v1'
    router.add('POST', f'{base}/generations', create, 'create')
    router.add('POST', f'{base}/generations/video', create, 'create')
    router.add('POST', f'{base}/generations/video/modify', modify, 'create')
    router.add('POST', f'{base}/generations/video/reframe', reframe, 'create')
    router.add('POST', f'{base}/generations/{{id}}/upscale', upscale, 'create')
    router.add('POST', f'{base}/generations/{{id}}/audio', audio, 'create')
    router.add('GET', f'{base}/generations', listing, 'list')
    router.add('GET', f'{base}/generations/concepts/list', lambda *_: Answer(200, CONCEPTS), 'other')
    router.add('GET', f'{base}/generations/{{id}}', look, 'look')
    router.add('DELETE', f'{base}/generations/{{id}}', delete, 'delete')
    router.add('GET', f'{base}/credits', credits, 'other')
    router.add('GET', f'{base}/ping', lambda *_: Answer(200, {'message': 'pong'}), 'other')
