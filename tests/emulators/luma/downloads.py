"""The files of generations: signed, with ranges, at the speed that the settings allow."""
from __future__ import annotations

import re
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import links
from fields import ApiError
from routes import Answer, Request, Router
from world import World

TYPES = {'.mp4': 'video/mp4', '.jpg': 'image/jpeg'}
CHUNK = 64 << 10


def find(world: World, request: Request) -> Path:
    if not links.is_valid(world, request.path, request.query.get('expires', ''), request.query.get('signature', '')):
        raise ApiError(403, 'Request has expired')
    file = world.folder / request.path.lstrip('/')
    if not file.is_file():
        raise ApiError(404, 'Not Found')
    return file


def send(handler: BaseHTTPRequestHandler, file: Path, bytes_per_second: int, truncate: bool) -> None:
    """`truncate`: the connection breaks half way."""
    size = file.stat().st_size
    asked = re.fullmatch(r'bytes=(\d+)-(\d*)', handler.headers.get('Range', ''))
    first = int(asked[1]) if asked else 0
    last = min(int(asked[2]), size - 1) if asked and asked[2] else size - 1
    if first > last:
        raise ApiError(416, 'Requested Range Not Satisfiable', {'Content-Range': f'bytes */{size}'})
    handler.send_response(206 if asked else 200)
    handler.send_header('Content-Type', TYPES[file.suffix])
    handler.send_header('Content-Length', str(last - first + 1))
    handler.send_header('Accept-Ranges', 'bytes')
    handler.send_header('ETag', f'"{file.stat().st_mtime_ns:x}"')
    if asked:
        handler.send_header('Content-Range', f'bytes {first}-{last}/{size}')
    handler.end_headers()
    end = (first + last + 1) // 2 if truncate else last + 1
    _copy(handler, file, first, end, bytes_per_second)
    if truncate:
        handler.close_connection = True


def _copy(handler: BaseHTTPRequestHandler, file: Path, first: int, end: int, bytes_per_second: int) -> None:
    chunk = min(CHUNK, max(1, bytes_per_second // 10)) if bytes_per_second else CHUNK
    with file.open('rb') as content:
        content.seek(first)
        while first < end and (part := content.read(min(chunk, end - first))):
            handler.wfile.write(part)
            first += len(part)
            if bytes_per_second:
                time.sleep(len(part) / bytes_per_second)


def add_routes(router: Router) -> None:
    router.add('GET', '/media/{id}/{id}', lambda *_: Answer(0), 'download')
