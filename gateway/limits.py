"""The rate limit: one token bucket per client, told in headers (draft-ietf-httpapi-ratelimit-headers-10)."""

import math
import time

WINDOW_S = 10


class Bucket:
    """Holds up to `WINDOW_S` seconds' worth of `rate` requests a second, refilled continuously."""

    __slots__ = ("filled_at", "held", "policy", "quota", "rate")

    def __init__(self, rate: int) -> None:
        self.rate, self.quota = rate, rate * WINDOW_S
        self.held = float(self.quota)
        self.filled_at = time.monotonic()
        self.policy = b'"client";q=%d;w=%d' % (self.quota, WINDOW_S)

    def take(self, now: float) -> float:
        """Take one request out; 0 when it may pass, else the seconds to wait. `now` is monotonic."""
        passed = max(0.0, now - self.filled_at)  # `now` may be from before this bucket was made
        held = min(float(self.quota), self.held + passed * self.rate)
        self.filled_at += passed
        if held < 1:
            self.held = held
            return (1 - held) / self.rate
        self.held = held - 1
        return 0.0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Say the policy, what remains, and in how many seconds all of it is back."""
        back = math.ceil((self.quota - self.held) / self.rate)
        return [
            (b"ratelimit-policy", self.policy),
            (b"ratelimit", b'"client";r=%d;t=%d' % (self.held, back)),
        ]
