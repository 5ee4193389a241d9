"""How schemathesis sends what is no JSON: as the bytes that it is."""

import schemathesis


@schemathesis.serializer("message/rfc822", "message/global", "application/mbox", "application/x-ndjson")
def as_it_is(_: object, value: object) -> bytes:
    """Send mail, and lines, as they came."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
