"""Identifiers: UUIDv7 made in the application, in order inside one process."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0
_SUB_MS_BITS = 12


def uuid7() -> UUID:
    """Return a UUIDv7 with 12 bits of sub-millisecond time (RFC 9562, method 3).

    Later calls in one process give larger ids.
    """
    global _last  # noqa: PLW0603 - the last value handed out is what makes the sequence monotonic
    now = time.time_ns()
    ticks = (now // 1_000_000 << _SUB_MS_BITS) | (now % 1_000_000 << _SUB_MS_BITS) // 1_000_000
    with _lock:
        _last = ticks = max(ticks, _last + 1)
    milliseconds, fraction = ticks >> _SUB_MS_BITS, ticks & 0xFFF
    tail = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | 0x7000 << 64 | fraction << 64 | 0x8000_0000_0000_0000 | tail)
