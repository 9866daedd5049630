"""An emulator of Luma's two APIs, for tests and for a first run without a key.

    python3 tests/emulators/luma [--port N] [--state FOLDER] [--key KEY] [--stay]

Its first line of output is its address. README.md beside this file says what it does.
"""
from __future__ import annotations

import argparse
import os
import signal
import tempfile
from contextlib import nullcontext
from pathlib import Path

from parent import exit_with_parent
from server import Server
from world import World


def main() -> None:
    parser = argparse.ArgumentParser(prog='luma', description="An emulator of Luma's two APIs")
    parser.add_argument('--port', type=int, default=0, help='0: a free one')
    parser.add_argument('--state', type=Path, help='keeps generations here; a temporary folder otherwise')
    parser.add_argument('--key', default='emulator', help='the API key that it accepts')
    parser.add_argument('--queued-seconds', type=float, help='how long a generation waits')
    parser.add_argument('--working-seconds', type=float, help='how long it takes at least')
    parser.add_argument('--stay', action='store_true', help='outlives the process that started it')
    options = parser.parse_args()
    if not options.stay:
        exit_with_parent()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (nullcontext(options.state) if options.state else
          tempfile.TemporaryDirectory(prefix='luma-', ignore_cleanup_errors=True)) as folder:
        settings = {name: value for name in ('queued_seconds', 'working_seconds')
                    if (value := getattr(options, name)) is not None}
        world = World(Path(folder), options.key, **settings)
        server = Server(options.port, world)
        print(server.address, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
    os._exit(0)  # not waiting for clips that are being drawn


if __name__ == '__main__':
    main()
