"""Checks of request bodies, with errors as the real services word them (pydantic's)."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Problem = dict[str, Any]
Loc = list[str | int]
Check = Callable[[Any, Loc], list[Problem]]


class ApiError(Exception):
    """An answer that is an error: `detail` is a text or a list of problems."""

    def __init__(self, status: int, detail: str | list[Problem], headers: Mapping[str, str] | None = None):
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


@dataclass(frozen=True)
class Field:
    check: Check
    required: bool = False


def problem(kind: str, loc: Loc, message: str) -> list[Problem]:
    return [{'type': kind, 'loc': loc, 'msg': message}]


def text(shortest: int = 0, longest: int = 10_000) -> Check:
    def check(value: Any, loc: Loc) -> list[Problem]:
        if not isinstance(value, str):
            return problem('string_type', loc, 'Input should be a valid string')
        if len(value) < shortest:
            return problem('string_too_short', loc, f'String should have at least {shortest} characters')
        if len(value) > longest:
            return problem('string_too_long', loc, f'String should have at most {longest} characters')
        return []
    return check


def one_of(*values: str) -> Check:
    def check(value: Any, loc: Loc) -> list[Problem]:
        if value in values:
            return []
        names = [f"'{v}'" for v in values]
        expected = ' or '.join(filter(None, [', '.join(names[:-1]), names[-1]]))
        return problem('literal_error', loc, f'Input should be {expected}')
    return check


def boolean(value: Any, loc: Loc) -> list[Problem]:
    return [] if isinstance(value, bool) else problem('bool_type', loc, 'Input should be a valid boolean')


def number(low: float, high: float) -> Check:
    def check(value: Any, loc: Loc) -> list[Problem]:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return problem('float_type', loc, 'Input should be a valid number')
        if low <= value <= high:
            return []
        return problem('out_of_range', loc, f'Input should be between {low:g} and {high:g}')
    return check


def url(value: Any, loc: Loc) -> list[Problem]:
    if not isinstance(value, str):
        return problem('url_type', loc, 'URL input should be a string or URL')
    parts = urlsplit(value)
    if parts.scheme not in ('http', 'https') or not parts.hostname:
        return problem('url_parsing', loc, 'Input should be a valid URL')
    return []


def list_of(item: Check, longest: int) -> Check:
    def check(value: Any, loc: Loc) -> list[Problem]:
        if not isinstance(value, list):
            return problem('list_type', loc, 'Input should be a valid list')
        if len(value) > longest:
            return problem('too_long', loc, f'List should have at most {longest} items')
        return [p for i, v in enumerate(value) for p in item(v, [*loc, i])]
    return check


def record(**fields: Field) -> Check:
    """An object with these fields and no others. A field that is null counts as left out."""
    def check(value: Any, loc: Loc) -> list[Problem]:
        if not isinstance(value, dict):
            return problem('model_attributes_type', loc, 'Input should be a valid dictionary or object')
        problems: list[Problem] = []
        for name, field in fields.items():
            if value.get(name) is not None:
                problems += field.check(value[name], [*loc, name])
            elif field.required:
                problems += problem('missing', [*loc, name], 'Field required')
        for name in value.keys() - fields.keys():
            problems += problem('extra_forbidden', [*loc, name], 'Extra inputs are not permitted')
        return problems
    return check


def tagged(tag: str, **variants: Check) -> Check:
    """One of several kinds of objects, told apart by the field `tag`."""
    def check(value: Any, loc: Loc) -> list[Problem]:
        kind = value.get(tag) if isinstance(value, dict) else None
        if kind in variants:
            return variants[kind](value, loc)
        return one_of(*variants)(kind, [*loc, tag])
    return check


def require(value: Any, check: Check) -> dict[str, Any]:
    """The body without what is null. Raises a 422 that holds every problem."""
    problems = check(value, ['body'])
    if problems:
        raise ApiError(422, problems)
    return {k: v for k, v in value.items() if v is not None}
