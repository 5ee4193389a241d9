"""How schemathesis sends what is no JSON: as the bytes that it is."""

import schemathesis


@schemathesis.serializer("message/rfc822", "message/global", "application/mbox")
def as_it_is(_: object, value: object) -> bytes:
    """Send mail as it came."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
