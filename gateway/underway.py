"""Streams that are under way: no client takes all the places that there are for them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from shared.errors import TooManyRequests

MOST = 16  # of one client, to all services


class Underway:
    """Counts the streams that each client sends to this gateway."""

    def __init__(self) -> None:
        self.of = Counter[UUID]()

    @contextmanager
    def one(self, client: UUID) -> Iterator[None]:
        """Count one more for as long as the block runs; TooManyRequests beyond MOST."""
        if self.of[client] >= MOST:
            raise TooManyRequests(f"You are sending {MOST} streams already.", headers={"Retry-After": "5"})
        self.of[client] += 1
        try:
            yield
        finally:
            self.of[client] -= 1
            if not self.of[client]:
                del self.of[client]
