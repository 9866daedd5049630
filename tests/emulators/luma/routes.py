"""Requests, answers, and which function answers which request."""
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fields import ApiError


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: Any = None

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.query.get(name)
        if value is None:
            return default
        if not value.isdecimal() or not low <= int(value) <= high:
            message = f'Input should be a valid integer between {low} and {high}'
            raise ApiError(422, [{'type': 'int_parsing', 'loc': ['query', name], 'msg': message}])
        return int(value)


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[..., Answer]


class Router:
    """`{id}` in a pattern is a part of the path that the handler gets. `kind` is what faults name."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler, str]] = []

    def add(self, method: str, pattern: str, handler: Handler, kind: str) -> None:
        self._routes.append((method, re.compile(pattern.replace('{id}', '([^/]+)')), handler, kind))

    def find(self, method: str, path: str) -> tuple[Handler, list[str], str]:
        matches = [(m, match, handler, kind) for m, pattern, handler, kind in self._routes
                   if (match := pattern.fullmatch(path))]
        for m, match, handler, kind in matches:
            if m == method:
                return handler, list(match.groups()), kind
        raise ApiError(405, 'Method Not Allowed') if matches else ApiError(404, 'Not Found')
