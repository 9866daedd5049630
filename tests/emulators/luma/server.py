"""The HTTP side: who may ask, what goes wrong on purpose, and files with ranges."""
from __future__ import annotations

import hmac
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import agents
import control
import downloads
import dream_machine
from fields import ApiError
from routes import Answer, Request, Router
from work import Work
from world import Fault, World

LARGEST_BODY = 64 << 20
OPEN_KINDS = ('control', 'download')  # need no key


class Silence(Exception):
    """The connection is closed without an answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server: Server

    def do_any(self) -> None:
        try:
            self.send_answer(self.answer())
        except ApiError as e:
            self.send_answer(Answer(e.status, {'detail': e.detail}, e.headers))
        except (Silence, ConnectionError):
            self.close_connection = True

    do_GET = do_POST = do_DELETE = do_PUT = do_any

    def answer(self) -> Answer:
        world = self.server.world
        parts = urlsplit(self.path)
        content = self.content()
        handler, arguments, kind = self.server.router.find(self.command, parts.path)
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query)))
        if kind not in OPEN_KINDS:
            self.check_key()
            world.count(kind + '_requests')
        fault = world.take_fault(kind, 'any') if kind != 'control' else None
        if fault is not None:
            self.fail_before(fault)
        if content:
            request.body = self.parsed(content)
        if kind == 'download':
            self.send_file(request, fault)
            return Answer(0)
        result = handler(world, request, *arguments)
        if fault is not None:
            self.fail_after(fault)
        return result

    def content(self) -> bytes:
        length = self.headers.get('Content-Length') or '0'
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True  # the rest of it is not read
            raise ApiError(413, 'Input media exceeds size limit')
        return self.rfile.read(int(length))

    def check_key(self) -> None:
        scheme, _, key = self.headers.get('Authorization', '').partition(' ')
        if scheme.lower() != 'bearer' or not key:
            raise ApiError(401, 'Not authenticated')
        if not hmac.compare_digest(key.encode(), self.server.world.key.encode()):
            raise ApiError(401, 'Invalid API key')

    @staticmethod
    def parsed(content: bytes) -> Any:
        try:
            return json.loads(content)
        except ValueError:
            raise ApiError(422, [{'type': 'json_invalid', 'loc': ['body', 0], 'msg': 'JSON decode error'}]) from None

    @staticmethod
    def fail_before(fault: Fault) -> None:
        if fault.do == 'close':
            raise Silence
        if fault.do == 'slow':
            time.sleep(fault.seconds)
        if fault.do == 'status':
            headers = {'Retry-After': f'{fault.seconds:g}'} if fault.seconds else {}
            raise ApiError(fault.status, fault.detail, headers)

    def fail_after(self, fault: Fault) -> None:
        if fault.do == 'lose_answer':
            raise Silence
        if fault.do == 'garbage':
            self.send_bytes(200, b'<html>Bad gateway, said with status 200</html>', {'Content-Type': 'text/html'})
            raise Silence

    def send_file(self, request: Request, fault: Fault | None) -> None:
        world = self.server.world
        file = downloads.find(world, request)
        world.count('downloads')
        downloads.send(self, file, world.settings.bytes_per_second, fault is not None and fault.do == 'truncate')

    def send_answer(self, answer: Answer) -> None:
        if answer.status == 0:  # sent already
            return
        content = b'' if answer.body is None else json.dumps(answer.body).encode()
        self.send_bytes(answer.status, content, {'Content-Type': 'application/json', **answer.headers})

    def send_bytes(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server.world.now() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read what this says; a log of requests would only be in the way."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, world: World):
        super().__init__(('127.0.0.1', port), Handler)
        self.world = world
        world.address = self.address = f'http://127.0.0.1:{self.server_address[1]}'
        self.router = Router()
        for part in (dream_machine, agents, downloads, control):
            part.add_routes(self.router)
        Work(world).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news."""
