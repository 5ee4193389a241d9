"""One page out of many feeds: who is asked for how much, and what is taken of the answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request

from gateway.changes.sources import Expired, Standing
from gateway.link import UpstreamError
from gateway.services import Services, query
from web.server import CLOSING

CLOSING_S = 1.0  # between looks whether this process is to end
ASK_S, GRACE_S = 5.0, 3.0  # for an answer at once; beyond the wait that was asked for


@dataclass(slots=True)
class Page:
    """What a source said; `items` are changes, `next` its own cursor."""

    source: str
    items: list[Any]
    next: str
    up_to_date: bool


@dataclass(slots=True)
class Merged:
    """What has been taken so far; at most `limit` items, whole pages only, so that no cursor is torn."""

    standing: Standing
    limit: int
    items: list[Any] = field(default_factory=list)
    behind: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)

    def take(self, page: Page) -> None:
        """Take a page if there is room for it; a source that was passed over stays where it was."""
        if len(self.items) + len(page.items) > self.limit:
            self.behind.add(page.source)
            return
        self.items += page.items
        self.standing[page.source] = page.next
        if page.up_to_date:
            self.behind.discard(page.source)
        else:
            self.behind.add(page.source)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask the sources in one request: `wanted` types by source, `limit` in all.

    `given` are further parameters, the same for all sources.
    """

    request: Request
    services: Services
    wanted: Mapping[str, str | None]
    limit: int
    given: Mapping[str, str | None]

    async def ask(self, source: str, after: str | None, share: int, wait: float) -> Page | None:
        """Return a source's next page, None when it is down; Expired when it cannot go on from `after`."""
        path = query(
            "/v1/changes",
            {
                "after": after,
                "limit": share,
                "types": self.wanted[source],
                "wait": wait or None,
                **self.given,
            },
        )
        seconds = wait + GRACE_S if wait else ASK_S
        try:
            answer = await self.services.ask(self.request, source, path, seconds, polling=bool(wait))
        except UpstreamError:
            return None
        if answer.status in {410, 422} and after is not None:
            raise Expired(source)
        if answer.status != 200:
            return None
        said = orjson.loads(answer.body)
        return Page(source, said["items"], said["next"], said["up_to_date"])


async def merge(question: Question, standing: Standing, turn: int, wait: float) -> Merged:
    """Ask all sources at once; when none has anything, wait until one has."""
    names = list(question.wanted)
    first = turn % len(names)
    order = names[first:] + names[:first]
    share = max(1, question.limit // len(order))
    merged = Merged(dict(standing), question.limit)
    pages = await asyncio.gather(*(question.ask(name, standing.get(name), share, 0) for name in order))
    for name, page in zip(order, pages, strict=True):
        if page is None:
            merged.missing.append(name)
        else:
            merged.take(page)
    alive = [name for name in order if name not in merged.missing]
    if wait and alive and not merged.items and not merged.behind:
        await _wait(question, merged, alive, wait)
    return merged


async def _wait(question: Question, merged: Merged, names: Sequence[str], wait: float) -> None:
    """Long-poll the sources until one has something or all are through; one that fails is missing."""
    asks = {
        asyncio.create_task(question.ask(name, merged.standing.get(name), question.limit, wait)): name
        for name in names
    }
    left = set(asks)
    try:
        while left and not merged.items and not CLOSING.is_set():
            done, left = await asyncio.wait(left, timeout=CLOSING_S, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if (page := task.result()) is not None:
                    merged.take(page)
                else:
                    merged.missing.append(asks[task])
    finally:
        for task in left:
            task.cancel()
