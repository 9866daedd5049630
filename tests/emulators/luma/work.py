"""Moves generations on: waits, draws, completes, and tells whoever asked to be called back."""
from __future__ import annotations

import json
import threading
import time
import traceback
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import agents
import clips
import dream_machine
from inputs import InputError
from world import Generation, World

SHOWN = {dream_machine.API: dream_machine.shown, agents.API: agents.shown}
REFUSED = 'Advanced prompt moderation failed'


class Work(threading.Thread):
    def __init__(self, world: World):
        super().__init__(daemon=True)
        self.world = world
        self.drawers = ThreadPoolExecutor(2, 'draw')
        self.callers = ThreadPoolExecutor(4, 'call')
        self.drawing: set[str] = set()

    def run(self) -> None:
        while True:
            time.sleep(0.02)
            with self.world.lock:
                for made in list(self.world.generations.values()):
                    self.move(made)

    def move(self, made: Generation) -> None:
        age, settings = time.time() - made.since, self.world.settings
        if made.state == 'queued' and age >= settings.queued_seconds:
            self.enter(made, 'working')
        elif made.state == 'working' and not made.drawn and made.id not in self.drawing:
            self.drawing.add(made.id)
            self.drawers.submit(self.draw, made)
        elif made.state == 'working' and made.drawn and age >= settings.working_seconds:
            self.enter(made, 'completed')

    def enter(self, made: Generation, state: str) -> None:
        made.state, made.since = state, time.time()
        self.world.count(state)
        self.told(made)

    def told(self, made: Generation) -> None:
        self.world.save()
        if made.callback_url:
            self.callers.submit(self.call_back, made.callback_url, SHOWN[made.api](self.world, made))

    def draw(self, made: Generation) -> None:
        try:
            self.refuse_or_draw(made)
            made.drawn = True
        except InputError as e:
            self.fail(made, str(e), e.code)
        except Exception:
            traceback.print_exc()
            self.fail(made, 'Job failed', 'generation_failed')
        finally:
            self.drawing.discard(made.id)

    def refuse_or_draw(self, made: Generation) -> None:
        words = (made.request.get('prompt') or '').lower()
        if any(word in words for word in self.world.settings.refused_words):
            raise InputError(REFUSED, 'content_moderated')
        fault = self.world.take_fault('render')
        if fault is not None and fault.do == 'fail':
            raise InputError(fault.detail, 'generation_failed')
        clips.draw(self.world, made)
        if fault is not None and fault.do == 'not_media':
            (self.world.media(made.id) / 'video.mp4').write_text('This is no video.\n' * 100)

    def fail(self, made: Generation, reason: str, code: str) -> None:
        with self.world.lock:
            self.world.fail(made, reason, code)
            self.told(made)

    def call_back(self, url: str, content: dict[str, object]) -> None:
        """As the real one: up to three more tries, 100 ms apart, each within 5 s."""
        request = urllib.request.Request(url, json.dumps(content).encode(), {'Content-Type': 'application/json'})
        for _ in range(4):
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    if answer.status == 200:
                        self.world.count('callbacks')
                        return
            except (OSError, ValueError):
                pass
            time.sleep(0.1)
