"""Keyset pages: opaque signed cursors that are bound to the list they came from."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import FieldError, Invalid

_MAC = 12
_READ: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "y": date.fromisoformat,
    "u": UUID,
    "d": Decimal,
}
_NOT_FILTERS = frozenset(("cursor", "limit"))


class Cursors:
    """Signs and reads cursors; a cursor tells where a page ended, never what may be seen."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"cursor", "sha256")

    def encode(self, keys: Sequence[object], scope: str) -> str:
        """Return the cursor behind the last keys of a page; `scope` names the list and its filters."""
        text = orjson.dumps([_written(key) for key in keys])
        return _told(self._mac(text, scope) + text)

    def decode(self, cursor: str, scope: str, *, parameter: str = "cursor", pointer: str = "") -> list[Any]:
        """Return the keys in a cursor; Invalid when it is broken, forged, or from another list.

        It came in a query's `parameter`, or where a `pointer` into the body says.
        """
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError as problem:
            raise _foreign(parameter, pointer) from problem
        mac, text = raw[:_MAC], raw[_MAC:]
        # Base64 has more than one way to write the same bytes.
        if not hmac.compare_digest(mac, self._mac(text, scope)) or cursor != _told(raw):
            raise _foreign(parameter, pointer)
        return [_READ[key[0]](key[1]) if isinstance(key, list) else key for key in orjson.loads(text)]

    def _mac(self, text: bytes, scope: str) -> bytes:
        scoped = hashlib.sha256(scope.encode()).digest() + text
        return hmac.digest(self._secret, scoped, "sha256")[:_MAC]


def _told(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def scope_of(request: Request) -> str:
    """Name the list that a request reads: its path and filters, in any order."""
    filters = sorted(item for item in request.query_params.multi_items() if item[0] not in _NOT_FILTERS)
    return f"{request.url.path}?{urlencode(filters)}"


def page(items: Sequence[object], following: str | None, request: Request, **said: object) -> Response:
    """Return a page `{"items", "next"}` with its Link header; `following` is the cursor of the next one."""
    body = orjson.dumps({"items": items, "next": following, **said})
    response = Response(body, media_type="application/json")
    if following is not None:
        kept = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
        query = urlencode([*kept, ("cursor", following)])
        response.headers["link"] = f'<{request.url.path}?{query}>; rel="next"'
    return response


def _written(key: object) -> object:
    if isinstance(key, datetime):
        return ["t", key.isoformat()]
    if isinstance(key, date):
        return ["y", key.isoformat()]
    if isinstance(key, UUID):
        return ["u", str(key)]
    if isinstance(key, Decimal):
        return ["d", str(key)]
    return key


def _foreign(parameter: str, pointer: str) -> Invalid:
    detail = "The cursor is not one that this list has given out."
    at: FieldError = {"pointer": pointer} if pointer else {"parameter": parameter}
    return Invalid(detail, errors=[{**at, "code": "bad_cursor", "detail": detail}])
