"""What the emulator knows: its settings, its generations, what it counts and the faults to come. Kept in a folder."""
from __future__ import annotations

import json
import os
import secrets
import threading
import time
import uuid
from collections import deque
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from fields import ApiError


@dataclass
class Settings:
    """What the control API may change."""
    queued_seconds: float = 1.0
    working_seconds: float = 4.0
    link_seconds: float = 3600.0
    concurrent: int = 10           # generations at once
    per_minute: int = 20           # creates in a minute
    credit_cents: float = 10_000.0
    bytes_per_second: int = 0      # of downloads; 0: as fast as it goes
    clock_offset_seconds: float = 0.0
    refused_words: list[str] = field(default_factory=lambda: ['gore', 'nsfw'])


@dataclass
class Fault:
    """The next `times` requests of the kind `on` go wrong in the way `do`: see README.md."""
    on: str
    do: str
    times: int = 1
    status: int = 500
    detail: str = 'Internal server error'
    seconds: float = 0.0           # of Retry-After, or to wait


@dataclass
class Generation:
    id: str
    api: str                       # 'dream-machine' or 'agents'
    kind: str                      # generation_type or type
    model: str
    request: dict[str, Any]        # as it is echoed
    made_from: str | None          # the generation that is upscaled or gets sound
    cents: float
    created: float                 # by the emulator's clock
    state: str = 'queued'          # queued, working, completed, failed
    since: float = 0.0             # when the state began, by time.time()
    failure: str | None = None
    failure_code: str | None = None
    drawn: bool = False            # its files exist

    @property
    def active(self) -> bool:
        return self.state in ('queued', 'working')

    @property
    def callback_url(self) -> str | None:
        return self.request.get('callback_url')


class World:
    """Threads share it: take `lock` around more than one access."""

    def __init__(self, folder: Path, key: str, **settings: float):
        self.folder, self.key, self.start_settings = folder, key, settings
        self.lock = threading.RLock()
        self.settings = Settings(**settings)
        self.generations: dict[str, Generation] = {}
        self.faults: list[Fault] = []
        self.counters: dict[str, int] = {}
        self.recent: deque[float] = deque()
        self.signature = secrets.token_hex(8)
        self.address = ''             # set by the server
        folder.mkdir(parents=True, exist_ok=True)
        self._load()

    def now(self) -> float:
        return time.time() + self.settings.clock_offset_seconds

    def count(self, name: str) -> None:
        with self.lock:
            self.counters[name] = self.counters.get(name, 0) + 1

    def media(self, generation_id: str) -> Path:
        return self.folder / 'media' / generation_id

    # ---- generations ----

    def create(self, api: str, kind: str, model: str, request: dict[str, Any], cents: float,
               made_from: str | None = None) -> Generation:
        """Raises 429 and 402 as the real services do. The price is taken at once and given back on failure."""
        with self.lock:
            self._keep_limits()
            if self.settings.credit_cents < cents:
                raise ApiError(402, 'Insufficient credits')
            self.settings.credit_cents -= cents
            made = Generation(str(uuid.uuid4()), api, kind, model, request, made_from, cents, self.now(),
                              since=time.time())
            self.generations[made.id] = made
            self.recent.append(self.now())
            self.count('created')
            self.save()
            return made

    def _keep_limits(self) -> None:
        now = self.now()
        while self.recent and self.recent[0] <= now - 60:
            self.recent.popleft()
        if len(self.recent) >= self.settings.per_minute:
            wait = max(1, round(self.recent[0] + 60 - now))
            raise ApiError(429, 'Rate limit exceeded', {'Retry-After': str(wait)})
        if sum(g.active for g in self.generations.values()) >= self.settings.concurrent:
            raise ApiError(429, 'Too many concurrent generations', {'Retry-After': '5'})

    def find(self, api: str, generation_id: str) -> Generation:
        made = self.generations.get(generation_id)
        if made is None or made.api != api:
            raise ApiError(404, 'Generation not found')
        return made

    def completed(self, api: str, generation_id: str) -> Generation:
        made = self.find(api, generation_id)
        if made.state != 'completed':
            raise ApiError(409, f'Generation {generation_id} is not completed')
        return made

    def fail(self, made: Generation, reason: str, code: str) -> None:
        with self.lock:
            made.state, made.since, made.failure, made.failure_code = 'failed', time.time(), reason, code
            self.settings.credit_cents += made.cents

    # ---- faults ----

    def take_fault(self, *kinds: str) -> Fault | None:
        """The first fault for one of `kinds`, which is used up by that."""
        with self.lock:
            for fault in self.faults:
                if fault.on in kinds:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                    return fault
        return None

    # ---- the folder ----

    def save(self) -> None:
        with self.lock:
            kept = {'settings': asdict(self.settings), 'counters': self.counters, 'recent': list(self.recent),
                    'signature': self.signature,
                    'generations': [asdict(g) for g in self.generations.values()]}
            part = self.folder / 'state.json.part'
            part.write_text(json.dumps(kept, indent=1))
            os.replace(part, self.folder / 'state.json')

    def _load(self) -> None:
        file = self.folder / 'state.json'
        if not file.exists():
            return
        kept = json.loads(file.read_text())
        self.settings = Settings(**{**kept['settings'], **self.start_settings})
        self.counters, self.recent = kept['counters'], deque(kept['recent'])
        self.signature = kept['signature']
        self.generations = {g['id']: Generation(**g) for g in kept['generations']}

    def change_settings(self, values: dict[str, Any]) -> None:
        known = {f.name for f in fields(Settings)}
        if unknown := values.keys() - known:
            raise ApiError(422, f'no such setting: {", ".join(sorted(unknown))}')
        with self.lock:
            for name, value in values.items():
                setattr(self.settings, name, value)
            self.save()

    def reset(self) -> None:
        with self.lock:
            self.settings = Settings(**self.start_settings)
            self.generations, self.faults, self.counters = {}, [], {}
            self.recent.clear()
            self.save()
