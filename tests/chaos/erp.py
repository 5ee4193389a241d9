"""An ERP system, as a program of its own: follows the public feed into a database of its own.

`python -m tests.chaos.erp <file> <start|snapshot> <address>...`; the key is in GUANXI_KEY.
It may be killed at any time.
"""

import os
import sys
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import httpx

from tests.chaos.keeping import Keeping, arrived

PAGE, WAIT_S, PAUSE_S = 1000, 2, 0.1
BROKEN = (httpx.TransportError, ValueError)  # no answer, or half of one


class Refused(Exception):  # noqa: N818 - an answer
    """The gateway cannot answer now."""


class Erp:
    """Tails from the oldest entry or bootstraps from the snapshot; asks the next address when one fails."""

    def __init__(self, kept: Keeping, addresses: Sequence[str], key: str) -> None:
        self.kept, self.addresses = kept, cycle(addresses)
        self.address = next(self.addresses)
        self.http = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=10)

    def run(self) -> None:
        """Follow for ever."""
        while True:
            try:
                self.step()
            except (*BROKEN, Refused):
                self.address = next(self.addresses)
                time.sleep(PAUSE_S)

    def step(self) -> None:
        """Take one page."""
        if self.kept.place["tailing"]:
            self.tail(WAIT_S)
        else:
            self.bootstrap()

    def tail(self, wait: float) -> None:
        """Apply what comes after the cursor; what is not there yet is asked for again."""
        place = self.kept.place
        page = self.ask("", after=place["cursor"], wait=wait)
        if page is None:
            self.kept.begin_again()
            return
        items = page["items"]
        here = next((at for at, item in enumerate(items) if not arrived(item)), len(items))
        if here < len(items):
            self.kept.take(items[:here])
            return
        self.kept.take(items, told=items, cursor=page["next"], up_to_date=page["up_to_date"])

    def bootstrap(self) -> None:
        """Apply a page of the snapshot; asked for before the tail moved on, it may be old."""
        place = self.kept.place
        page = self.ask("/snapshot", after=place["page"])
        if page is None:
            self.kept.begin_again()
            return
        if place["cursor"] is not None:
            self.tail(0)
            if self.kept.place["generation"] != place["generation"]:
                return
        cursor = self.kept.place["cursor"] or page["cursor"]
        self.kept.take(page["items"], page=page["next"], tailing=page["next"] is None, cursor=cursor)

    def ask(self, path: str, **given: object) -> dict[str, Any] | None:
        """Return a page; None for a cursor that cannot be followed."""
        asked = {name: value for name, value in given.items() if value is not None}
        answer = self.http.get(f"{self.address}/v1/changes{path}", params={"limit": PAGE, **asked})
        if answer.status_code == 410:
            return None
        if answer.status_code != 200:
            raise Refused
        page: dict[str, Any] = answer.json()
        return page


def main(words: Sequence[str]) -> None:
    """Follow as told."""
    file, begin, *addresses = words
    kept = Keeping(file)
    if begin == "start" and not kept.place["expired"]:
        kept.move(tailing=1)
    Erp(kept, addresses, os.environ["GUANXI_KEY"]).run()


if __name__ == "__main__":
    main(sys.argv[1:])
