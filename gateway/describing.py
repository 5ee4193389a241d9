"""Keeping the merged OpenAPI document fresh, in the background, from whichever services answer."""

import asyncio
from collections.abc import Callable

import orjson
import structlog

from gateway.declared import Document
from gateway.link import Exchange, UpstreamError
from gateway.openapi import merge
from gateway.routing import OWN, SERVICES
from gateway.services import Services

SOON_S, LATER_S, ASK_S = 0.2, 30.0, 3.0
_HEAD = b"GET /openapi.json HTTP/1.1\r\nhost: guanxi\r\n"


class Describing:
    """Holds the last document of each service; `publish` is given the merged one whenever it changed."""

    def __init__(self, own: Document, services: Services, publish: Callable[[bytes], None]) -> None:
        self.documents = {OWN: own}
        self.services, self.publish = services, publish
        self._bodies: dict[str, bytes] = {}
        self._published = b""
        self._told: list[str] = []

    async def run(self) -> None:
        """Ask for ever: all services twice a minute, those that are missing soon again."""
        self._merge()
        clock, due = asyncio.get_running_loop().time, 0.0
        while True:
            asked, now = self.missing(), clock()
            if now >= due:
                asked, due = list(SERVICES), now + LATER_S
            if any(await asyncio.gather(*map(self._fetch, asked))):
                self._merge()
            await asyncio.sleep(SOON_S if self.missing() else max(0.0, due - clock()))

    def missing(self) -> list[str]:
        """Name the services whose document has never been had."""
        return [name for name in SERVICES if name not in self.documents]

    async def _fetch(self, name: str) -> bool:
        """Ask one service; true when its document is another than before."""
        try:
            answer = await self.services.main[name].ask(Exchange(b"GET", _HEAD, ASK_S, repeatable=True))
        except UpstreamError:
            return False
        if answer.status != 200 or self._bodies.get(name) == answer.body:
            return False
        self._bodies[name] = answer.body
        self.documents[name] = orjson.loads(answer.body)
        return True

    def _merge(self) -> None:
        merged = merge(self.documents, self.missing())
        document = orjson.dumps(merged)
        if document != self._published:
            self._published = document
            self.publish(document)
        conflicts = merged.get("x-conflicts", [])
        if conflicts != self._told:
            self._told = conflicts
            structlog.get_logger(service=OWN).warning("schemas of one name differ", schemas=conflicts)
