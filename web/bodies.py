"""Reading what a request carries: a JSON body and a query string, strictly."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import Field
from starlette.requests import Request

from shared.errors import Invalid, MalformedJson, UnsupportedMediaType
from shared.places import pointer

MISSING: Any = object()
JSON = frozenset(("application/json",))
MERGE = JSON | {"application/merge-patch+json"}
DEPTH = 32
WIDEST = 1_000  # members of an object; each unknown one is an error to be told, which takes 30 µs
MOST_PARAMETERS = 100
NUL = "A NUL character cannot be stored."
HUGE = "An integer has at most 64 bits; send a larger number as a string."
LONG = re.compile(rb"\d{19}")


def kept() -> Any:  # noqa: ANN401 - stands for a value of any type
    """Return the default of a field that a patch may leave out but not set to null; no schema shows it."""
    return Field(default_factory=lambda: None)


async def read_json(request: Request, media: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
    """Return the parsed body, MISSING when empty; 415 for another content type, 400 unless strict JSON."""
    raw = await request.body()
    if not raw:
        return MISSING
    kind, _, parameter = request.headers.get("content-type", "").lower().partition(";")
    if kind.strip() not in media or ("charset" in parameter and "utf-8" not in parameter):
        raise UnsupportedMediaType(f"This route reads {' or '.join(sorted(media))} in UTF-8.")
    return parse(raw)


def parse(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return what strict JSON says; MalformedJson, with the `position` where it stops, or Invalid."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedJson(f"The body stops being JSON at {where}.", position=error.pos) from None
    if raw.count(b"[") + raw.count(b"{") > DEPTH and not _shallow(body):
        raise Invalid(errors=[{"pointer": "", "code": "too_deep", "detail": f"More than {DEPTH} levels."}])
    if raw.count(b":") > WIDEST and _wide(body):
        wide = f"An object with more than {WIDEST:,} members."
        raise Invalid(errors=[{"pointer": "", "code": "too_wide", "detail": wide}])
    if b"\\u0000" in raw:
        _refuse(body, "nul", NUL, lambda leaf: isinstance(leaf, str) and "\0" in leaf)
    if LONG.search(raw):  # orjson would round it
        _refuse(
            json.loads(raw), "integer_too_large", HUGE, lambda leaf: isinstance(leaf, int) and not _fits(leaf)
        )
    return body


def _shallow(body: object) -> bool:
    level = [body]
    for _ in range(DEPTH):
        below: list[object] = []
        for node in level:
            below.extend(node.values() if isinstance(node, dict) else node)  # type: ignore[arg-type]  # containers only
        level = [node for node in below if isinstance(node, (dict, list))]
        if not level:
            return True
    return False


def _wide(body: object) -> bool:
    left = [body]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if len(node) > WIDEST:
                return True
            left.extend(value for value in node.values() if isinstance(value, (dict, list)))
        elif isinstance(node, list):
            left.extend(value for value in node if isinstance(value, (dict, list)))
    return False


def _refuse(body: object, code: str, detail: str, wrong: Callable[[object], bool]) -> None:
    places = (place for place, leaf in _leaves(body, ()) if wrong(leaf))
    told = [pointer(place).replace("\0", "") for place in islice(places, DEPTH)]
    if told:
        raise Invalid(errors=[{"pointer": place, "code": code, "detail": detail} for place in told])


def _fits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _leaves(node: object, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Yield every leaf with its place, and every key with the place of its object."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield place, key
            yield from _leaves(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, (*place, index))
    else:
        yield place, node


def read_query(text: bytes) -> list[tuple[str, str]]:
    """Return the decoded pairs of a query string; Invalid unless they are UTF-8 without NUL."""
    try:
        pairs = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:  # UnicodeDecodeError among them
        raise Invalid(
            f"The query is at most {MOST_PARAMETERS} parameters in percent-encoded UTF-8."
        ) from None
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise Invalid(errors=[{"parameter": name.replace("\0", ""), "code": "nul", "detail": NUL}])
    return pairs
