"""Calls from browsers on other origins: off unless origins are named; bearer keys only, never cookies."""

from collections.abc import Set as AbstractSet

Headers = list[tuple[bytes, bytes]]
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_ASK = (
    b"authorization, content-type, idempotency-key, if-match, if-none-match, prefer, "
    b"x-api-key, x-deadline-ms, x-request-id, traceparent"
)
_SHOW = (
    b"etag, idempotency-replayed, link, location, ratelimit, ratelimit-policy, retry-after, "
    b"x-request-id, allow, www-authenticate"
)


class Cors:
    """Answers preflights and marks answers for the origins that may read them."""

    def __init__(self, origins: AbstractSet[str]) -> None:
        self.anyone = "*" in origins
        self.origins = frozenset(origin.encode() for origin in origins)

    def __bool__(self) -> bool:
        return bool(self.origins)

    def mark(self, origin: bytes) -> Headers:
        """Return the headers that let a page of `origin` read the answer; `Vary` in any case."""
        if self.anyone:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _SHOW)]
        if origin not in self.origins:
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _SHOW),
            (b"vary", b"Origin"),
        ]

    def preflight(self, origin: bytes) -> Headers:
        """Return the headers of a 204 to `OPTIONS` with `Access-Control-Request-Method`."""
        if not self.anyone and origin not in self.origins:
            return [(b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers")]
        return [
            (b"access-control-allow-origin", b"*" if self.anyone else origin),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _ASK),
            (b"access-control-max-age", b"600"),
            (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        ]
