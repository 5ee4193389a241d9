"""A service as the gateway's own routes need it: feed, snapshot, records; down or slow on demand."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import jwt
import orjson
from starlette.types import Receive, Scope, Send

from shared.auth import HEADER

Answer = tuple[int, dict[str, Any]]


@dataclass
class Fake:
    """One service: `changes` is its feed, `records` its answers by path, `faults` what goes wrong where."""

    name: str
    changes: list[dict[str, Any]] = field(default_factory=list)
    records: dict[str, Answer] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)  # status by path, or 0: never answers
    document: dict[str, Any] = field(default_factory=lambda: {"paths": {}})
    streams: dict[str, list[bytes]] = field(default_factory=dict)  # server-sent events by path, part by part
    asked: list[str] = field(default_factory=list)
    headers: dict[bytes, bytes] = field(default_factory=dict)  # of the last request for a stream
    claims: dict[str, Any] = field(default_factory=dict)  # what the gateway said of the last caller
    ready: bool = True
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    expired: bool = False

    def tell(self, kind: str, count: int = 1, origin: str | None = None) -> None:
        for _ in range(count):
            n = len(self.changes) + 1
            change = {"id": f"e:{n}", "source": f"/{self.name}", "type": kind, "subject": f"{n}"}
            self.changes.append({**change, "origin": origin})
        self.grown.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["raw_path"].decode()
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        self.asked.append(f"{path}?{scope['query_string'].decode()}")
        if self.faults.get(path) == 0:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        if path in self.streams and path not in self.faults:
            self.headers = dict(scope["headers"])
            await self.stream(self.streams[path], send)
            return
        status, body = await self.answer(path, query, dict(scope["headers"]))
        content = orjson.dumps(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def stream(self, parts: list[bytes], send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})

    async def answer(self, path: str, query: dict[str, str], headers: dict[bytes, bytes]) -> Answer:
        if path in self.faults:
            return self.faults[path], {"code": "fault"}
        if path == "/readyz":
            return 200 if self.ready else 503, {}
        if path == "/openapi.json":
            return 200, self.document
        claims = jwt.decode(headers[HEADER.encode()], options={"verify_signature": False})
        assert claims["iss"] == "gateway"
        self.claims = claims
        if path == "/v1/changes":
            return await self.feed(query)
        if path == "/v1/changes/snapshot":
            return self.snapshot(query)
        return self.records.get(path, (404, {"code": "not_found"}))

    async def feed(self, query: dict[str, str]) -> Answer:
        if self.expired and "after" in query:
            return 410, {"code": "cursor_expired"}
        start = int(query.get("after", "0"))
        if start == len(self.changes) and "wait" in query:
            self.grown.clear()
            try:
                async with asyncio.timeout(float(query["wait"])):
                    await self.grown.wait()
            except TimeoutError:
                pass
        end = min(len(self.changes), start + int(query["limit"]))
        types = query["types"].split(",") if "types" in query else None
        origins = query["not_origins"].split(",") if "not_origins" in query else []
        items = [
            each
            for each in self.changes[start:end]
            if (not types or each["type"] in types) and each.get("origin") not in origins
        ]
        return 200, {"items": items, "next": str(end), "up_to_date": end == len(self.changes)}

    def snapshot(self, query: dict[str, str]) -> Answer:
        start = int(query.get("after", "0"))
        end = start + int(query["limit"])
        rows = [{"kind": "x", "subject": f"{self.name} {n}"} for n in range(3)][start:end]
        return 200, {"items": rows, "next": str(end) if end < 3 else None, "cursor": str(len(self.changes))}
