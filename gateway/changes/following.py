"""Going through the merged feed, page by page or as server-sent events whose ids are cursors."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson

from gateway.changes import sources
from gateway.changes.merging import Question, merge
from gateway.changes.sources import Expired
from shared.errors import Unavailable
from shared.pagination import Cursors
from web.server import CLOSING

STREAM_S = 20.0  # below what the door waits for an answer; a reader comes back by itself
SILENT_S = 10.0
AGAIN_S = 1.0  # before a source that does not answer is asked again
BEGIN = b"retry: 500\n\n"


class Follower:
    """One reader on its way through the feed: where it stands, and which source is asked first next."""

    def __init__(self, question: Question, cursors: Cursors, after: str | None) -> None:
        """Take a cursor, None for the oldest change that is kept; Invalid for one never given out."""
        self._question, self._cursors = question, cursors
        self._standing, self._turn = sources.read(cursors, after)

    async def page(self, wait: float = 0) -> dict[str, Any]:
        """Read on, waiting so long at the end; return a ChangePage.

        Expired when a source cannot go on from the cursor, Unavailable when none answers.
        """
        merged = await merge(self._question, self._standing, self._turn, wait)
        if len(merged.missing) == len(self._question.wanted):
            raise Unavailable("No service that was asked answers, try again.", headers={"Retry-After": "1"})
        self._standing, self._turn = merged.standing, (self._turn + 1) % len(sources.SOURCES)
        return {
            "items": merged.items,
            "next": sources.write(self._cursors, self._standing, self._turn),
            "up_to_date": not merged.behind and not merged.missing,
            "missing": sorted(merged.missing),
        }

    async def events(self, first: dict[str, Any], *, going_on: bool) -> AsyncIterator[bytes]:
        """Yield the page that was read, then those that come, and a comment when none does for long.

        Where a cursor expires on the way, or nobody answers, the events end: who comes back is told why.
        """
        now = asyncio.get_running_loop().time
        until, page = now() + STREAM_S, first
        yield BEGIN
        while True:
            yield _event(page) if page["items"] else b": nothing new\n\n"
            left = until - now()
            if not going_on or left <= 0 or CLOSING.is_set():
                return
            if page["missing"]:
                await asyncio.sleep(AGAIN_S)
            try:
                page = await self.page(min(SILENT_S, left))
            except (Expired, Unavailable):
                return


def _event(page: dict[str, Any]) -> bytes:
    return b"id: %b\nevent: changes\ndata: %b\n\n" % (page["next"].encode(), orjson.dumps(page))
