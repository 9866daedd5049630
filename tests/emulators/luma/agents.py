"""The Agents API, `/v1`: video only."""
from __future__ import annotations

import base64
import binascii
from typing import Any

import prices
from dream_machine import MODES, iso
from fields import (ApiError, Check, Field, boolean, list_of, number, one_of, problem, record, require, tagged, text,
                    url)
from links import link
from routes import Answer, Request, Router
from world import Generation, World

API = 'agents'
ASPECT_RATIOS = ('9:16', '3:4', '1:1', '4:3', '16:9', '21:9')
STATES = {'working': 'processing'}

reference = record(url=Field(url), data=Field(text(1, 100_000_000)), generation_id=Field(text(1)),
                   media_type=Field(text(1, 100)))
control = record(enabled=Field(boolean), strength=Field(one_of('precise', 'coarse')), blur=Field(number(0, 1)),
                 augmentation=Field(number(0, 1)), sparsity=Field(number(0, 1)))
edit = record(auto_controls=Field(boolean), strength=Field(one_of(*MODES)), keyframes=Field(list_of(reference, 64)),
              keyframe_indexes=Field(list_of(number(0, 10_000), 64)),
              controls=Field(record(**{name: Field(control) for name in
                                       ('depth', 'face', 'normals', 'pose', 'trajectory')})))
video = record(duration=Field(one_of('5s', '10s')), resolution=Field(one_of('540p', '720p', '1080p')),
               loop=Field(boolean), hdr=Field(boolean), start_frame=Field(reference), end_frame=Field(reference),
               edit=Field(edit))


def variant(name: str, **fields: Field) -> Check:
    return record(type=Field(one_of(name), True), model=Field(one_of('ray-3.2'), True),
                  prompt=Field(text(1, 6000), True), video=Field(video), **fields)


CREATE: Check = tagged(
    'type',
    video=variant('video', aspect_ratio=Field(one_of(*ASPECT_RATIOS))),
    video_edit=variant('video_edit', source=Field(reference, True)),
    video_reframe=variant('video_reframe', source=Field(reference, True),
                          aspect_ratio=Field(one_of(*ASPECT_RATIOS), True)))


def shown(world: World, made: Generation) -> dict[str, Any]:
    output = [{'type': 'video', 'url': link(world, made, 'video.mp4')}] if made.state == 'completed' else []
    return {'id': made.id, 'type': made.kind, 'model': made.model, 'created_at': iso(made.created),
            'state': STATES.get(made.state, made.state), 'failure_code': made.failure_code,
            'failure_reason': made.failure, 'output': output}


def refuse(message: str, *loc: str) -> ApiError:
    return ApiError(422, problem('value_error', ['body', *loc], message))


def check_reference(world: World, value: dict[str, Any], loc: str, wants_type: bool) -> None:
    given = [name for name in ('url', 'data', 'generation_id') if value.get(name) is not None]
    if len(given) != 1:
        raise refuse('Provide exactly one of url, data or generation_id', loc)
    if given[0] == 'generation_id':
        world.completed(API, value['generation_id'])
    elif wants_type and not str(value.get('media_type', '')).startswith('video/'):
        raise refuse('media_type must be a video/* MIME type', loc, 'media_type')
    if given[0] == 'data':
        try:
            base64.b64decode(value['data'], validate=True)
        except binascii.Error:
            raise refuse('data is not valid base64', loc, 'data') from None


def check_video(world: World, kind: str, options: dict[str, Any]) -> None:
    frames = [name for name in ('start_frame', 'end_frame') if options.get(name) is not None]
    for name in frames:
        check_reference(world, options[name], name, wants_type=False)
    if kind != 'video' and (frames or options.get('loop') or options.get('duration')):
        raise refuse(f'duration, loop, start_frame and end_frame are not supported for {kind}', 'video')
    if kind != 'video_edit' and options.get('edit') is not None:
        raise refuse(f'edit is not supported for {kind}', 'video', 'edit')
    if options.get('duration') == '10s' and (frames or options.get('loop')):
        raise refuse('10s is not supported with start_frame, end_frame or loop', 'video', 'duration')
    if options.get('loop') and 'end_frame' in frames:
        raise refuse('loop is not supported with end_frame', 'video', 'loop')
    given = options.get('edit') or {}
    if given.get('auto_controls') and given.get('strength'):
        raise refuse('auto_controls and strength are mutually exclusive', 'video', 'edit')


def create(world: World, request: Request) -> Answer:
    body = require(request.body, CREATE)
    options = {k: v for k, v in body.get('video', {}).items() if v is not None}
    check_video(world, body['type'], options)
    if 'source' in body:
        check_reference(world, body['source'], 'source', wants_type=True)
    options = {'resolution': '720p', **options}
    if body['type'] == 'video':
        cents = prices.generate(body['model'], options['resolution'], options.setdefault('duration', '5s'))
    else:
        cents = prices.EDIT
    made = world.create(API, body['type'], body['model'], {**body, 'video': options}, cents)
    return Answer(201, shown(world, made), {'X-RateLimit-Limit': str(world.settings.per_minute)})


def look(world: World, request: Request, generation_id: str) -> Answer:
    return Answer(200, shown(world, world.find(API, generation_id)))


def add_routes(router: Router) -> None:
    router.add('POST', '/v1/generations', create, 'create')
    router.add('GET', '/v1/generations/{id}', look, 'look')
