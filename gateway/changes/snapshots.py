"""The snapshot of all services: one after the other, under a cursor that was taken before the first row."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from gateway.changes import sources
from gateway.link import UpstreamError
from gateway.services import Services, query
from shared.errors import Unavailable
from shared.pagination import Cursors

ASK_S = 10.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `wanted` kinds by source, `limit` records."""

    request: Request
    services: Services
    wanted: Mapping[str, str | None]
    limit: int

    async def read(self, cursors: Cursors, after: str | None) -> dict[str, object]:
        """Return a SnapshotPage; Unavailable when the source whose turn it is does not answer."""
        scope = f"{sources.SNAPSHOT}?{sorted(self.wanted.items(), key=str)}"
        names = list(self.wanted)
        if after is None:
            at, inner, cursor = 0, None, sources.write(cursors, await self._ends())
        else:
            at, inner, cursor = cursors.decode(after, scope, parameter="after")
        said = await self._ask(names[at], after=inner, limit=self.limit)
        if said["next"] is None:
            at += 1
        following = cursors.encode([at, said["next"], cursor], scope) if at < len(names) else None
        return {"items": said["items"], "next": following, "cursor": cursor}

    async def _ends(self) -> sources.Standing:
        """Return where all these feeds end now."""
        said = await asyncio.gather(*(self._ask(name, limit=1) for name in self.wanted))
        return {name: page["cursor"] for name, page in zip(self.wanted, said, strict=True)}

    async def _ask(self, source: str, **given: object) -> dict[str, Any]:
        path = query(sources.SNAPSHOT, {"kind": self.wanted[source], **given})
        try:
            answer = await self.services.ask(self.request, source, path, ASK_S)
        except UpstreamError as problem:
            raise _down(source) from problem
        if answer.status in {410, 422} and given.get("after"):
            raise sources.Expired(source)
        if answer.status != 200:
            raise _down(source)
        said: dict[str, Any] = orjson.loads(answer.body)
        return said


def _down(source: str) -> Unavailable:
    return Unavailable(f"The snapshot of {source} cannot be read, try again.", headers={"Retry-After": "1"})
