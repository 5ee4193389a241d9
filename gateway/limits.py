"""A token bucket, and the headers that tell of it (draft-ietf-httpapi-ratelimit-headers-10)."""

import math
import time
from typing import ClassVar

WINDOW_S = 10


class Bucket:
    """Holds up to `WINDOW_S` seconds' worth of `rate` requests a second, refilled continuously."""

    __slots__ = ("filled_at", "held", "policy", "quota", "rate")
    asking: ClassVar[None] = None  # nobody brings more than flows in by itself

    def __init__(self, rate: int) -> None:
        self.rate, self.quota = rate, rate * WINDOW_S
        self.held = float(self.quota)
        self.filled_at = time.monotonic()
        self.policy = b'"client";q=%d;w=%d' % (self.quota, WINDOW_S)

    def level(self, now: float) -> float:
        """Return what is in it. `now` is monotonic."""
        passed = max(0.0, now - self.filled_at)  # `now` may be from before this bucket was made
        self.held = min(float(self.quota), self.held + passed * self.rate)
        self.filled_at += passed
        return self.held

    def take(self, now: float) -> float:
        """Take one request out; 0 when it may pass, else the seconds to wait. `now` is monotonic."""
        if (held := self.level(now)) < 1:
            return (1 - held) / self.rate
        self.held = held - 1
        return 0.0

    def told(self, held: float, now: float) -> None:
        """Learn what is in it, for a bucket that is a picture of another one."""
        self.held, self.filled_at = held, now

    def half(self, most: int, now: float) -> int:
        """Take out half of what is in it, whole and at most `most`, and forget the other half."""
        taken = min(most, math.ceil(int(self.level(now)) / 2))
        self.held -= 2 * taken
        return taken

    def headers(self, more: int = 0) -> list[tuple[bytes, bytes]]:
        """Say the policy, what remains (`more` lies elsewhere), and in how many seconds all of it is back."""
        held = min(float(self.quota), self.held + more)
        back = math.ceil((self.quota - held) / self.rate)
        return [
            (b"ratelimit-policy", self.policy),
            (b"ratelimit", b'"client";r=%d;t=%d' % (held, back)),
        ]
