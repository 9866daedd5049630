"""A server of the chat API that says what it is told to say: recorded answers, and what goes wrong at worst.

    python3 tests/emulators/language_model [--port N] [--key KEY] [--stay]

Its first line of output is its address. README.md beside this file says what it does.
"""
from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / 'luma'))
from parent import exit_with_parent  # noqa: E402

RECORDINGS = Path(__file__).parent / 'recordings'
EXHAUSTED = {'status': 500, 'body': '{"error": {"message": "the emulator has nothing more to say"}}'}


class State:
    def __init__(self, key: str):
        self.lock = threading.Lock()
        self.key = key
        self.steps: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []

    def next_step(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.requests.append(request)
            given = request['headers'].get('Authorization', '').removeprefix('Bearer ')
            if given != self.key:
                return {'status': 401, 'body': recording('wrong_key').decode().replace('sk-test-1234567890', given)}
            return self.steps.pop(0) if self.steps else EXHAUSTED


def recording(name: str) -> bytes:
    return (RECORDINGS / f'{name}.json').read_bytes()


def body_of(step: dict[str, Any]) -> bytes:
    if 'recording' in step:
        return recording(step['recording'])
    if 'says' in step:
        message = {'role': 'assistant', 'content': step['says']}
        return json.dumps({'id': 'chatcmpl-1', 'object': 'chat.completion', 'created': 1741569952, 'model': 'emulator',
                           'choices': [{'index': 0, 'message': message, 'finish_reason': 'stop'}],
                           'usage': {'prompt_tokens': 900, 'completion_tokens': 100, 'total_tokens': 1000}}).encode()
    return step.get('body', '').encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server: Server

    def do_GET(self) -> None:
        state = self.server.state
        with state.lock:
            self.answer(200, {}, json.dumps({'requests': state.requests, 'left': len(state.steps)}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        if self.path == '/_emulator/steps':
            return self.take_steps(json.loads(body))
        step = self.server.state.next_step({'path': self.path, 'headers': dict(self.headers), 'body': body.decode()})
        self.play(step)

    def take_steps(self, steps: list[dict[str, Any]]) -> None:
        state = self.server.state
        with state.lock:
            state.steps, state.requests = steps, []
        self.answer(200, {}, b'{}')

    def play(self, step: dict[str, Any]) -> None:
        time.sleep(step.get('seconds', 0))
        if step.get('close'):
            self.close_connection = True
            return
        if 'endless' in step:
            return self.stream(step['endless'])
        self.answer(step.get('status', 200), step.get('headers', {}), body_of(step))

    def stream(self, chunk_seconds: float) -> None:
        """An answer that has no end."""
        self.close_connection = True
        self.head(200, {'Content-Type': 'application/json'})
        chunk = b'{"choices": [' if chunk_seconds else b' ' * 65536
        try:
            while True:
                self.wfile.write(chunk)
                time.sleep(chunk_seconds)
        except OSError:
            pass

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.head(status, {'Content-Type': 'application/json', **headers, 'Content-Length': str(len(body))})
        try:
            self.wfile.write(body)
        except OSError:
            pass  # the client has given up

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, key: str):
        super().__init__(('127.0.0.1', port), Handler)
        self.state = State(key)

    def handle_error(self, *_: object) -> None:
        pass  # clients that give up


def main() -> None:
    parser = argparse.ArgumentParser(prog='language_model', description='A server of the chat API for tests')
    parser.add_argument('--port', type=int, default=0, help='0: a free one')
    parser.add_argument('--key', default='', help='the key that it wants; empty: none')
    parser.add_argument('--stay', action='store_true', help='outlives the process that started it')
    options = parser.parse_args()
    if not options.stay:
        exit_with_parent()
    server = Server(options.port, options.key)
    print(f'http://127.0.0.1:{server.server_port}', flush=True)
    server.serve_forever()


if __name__ == '__main__':
    main()
