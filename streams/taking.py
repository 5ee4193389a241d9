"""Streams in: lines are written batch by batch, and the body is read no faster than that."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

import orjson
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shared import telemetry
from shared.errors import UnsupportedMediaType
from streams.describing import NDJSON
from streams.lines import Cutter, Line
from streams.problems import value_of
from streams.schemas import RowStatus
from streams.turns import paced, turns
from web.guard import ENDLESS

ROWS, BYTES = 1_000, 1 << 20  # of a batch: whichever comes first ends it
HELD, PART = 1 << 20, 64 << 10  # bytes of results in memory, and sent at a time
DryRun = Annotated[
    bool, Query(description="Tell what would become of each line, and write nothing; no batch sees another.")
]
# Gets the values of lines, or the Problem with one; gives the result of each, in order, as a batch tells it.
Write = Callable[[Sequence[object]], Awaitable[Sequence[Mapping[str, Any]]]]


async def take(request: Request, write: Write) -> Response:
    """Write a body of lines batch by batch, then answer the result of each line and the counts.

    UnsupportedMediaType for another type. Whatever ends it before its end, what was written stays: a stream
    whose rows name what they write is sent again. Results wait for the end of the body: most clients read
    nothing before they have sent everything.
    """
    kind, _, parameter = request.headers.get("content-type", "").lower().partition(";")
    if kind.strip() != NDJSON or ("charset" in parameter and "utf-8" not in parameter):
        raise UnsupportedMediaType(f"This route reads {NDJSON} in UTF-8.")
    request.scope[ENDLESS] = True
    if trace := telemetry.current.get():
        telemetry.current.set(replace(trace, deadline=None))  # that of a whole request; this one has parts
    results = _Results()
    try:
        async for batch in _batches(request):
            async with turns(request):
                values = await paced(batch, lambda lines: map(value_of, lines))
                results.add(batch, await write(values))
    except BaseException:
        results.close()
        raise
    return results.respond()


async def _batches(request: Request) -> AsyncIterator[list[Line]]:
    cutter, batch, size = Cutter(), list[Line](), 0
    async for part in request.stream():
        for line in cutter.feed(part or b"\n"):  # the last part is empty, and ends the last line
            batch.append(line)
            size += len(line.raw or b"")
            if len(batch) == ROWS or size > BYTES:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


class _Results:
    """What became of the lines so far: a little of it in memory, the rest in a file."""

    def __init__(self) -> None:
        self.file = SpooledTemporaryFile[bytes](HELD)
        self.counts = Counter[str]()
        self.close = self.file.close

    def add(self, batch: Sequence[Line], told: Sequence[Mapping[str, Any]]) -> None:
        for line, result in zip(batch, told, strict=True):
            self.counts[result["outcome"]] += 1
            self._write(_result(line.number, result))

    def respond(self) -> Response:
        counts = {status.value: self.counts[status] for status in RowStatus}
        self._write({"lines": self.counts.total(), **counts, "complete": True})
        size = self.file.tell()
        self.file.seek(0)
        return StreamingResponse(self._parts(), media_type=NDJSON, headers={"content-length": str(size)})

    def _write(self, line: object) -> None:
        self.file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    async def _parts(self) -> AsyncIterator[bytes]:
        with self.file:
            while part := self.file.read(PART):
                yield part


def _result(number: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a row of a batch as that of a line."""
    problem = told["problem"]
    errors = problem["errors"] or [_whole(problem)] if problem else []
    other = {name: value for name, value in told.items() if name not in {"index", "outcome", "problem"}}
    return {"line": number, "status": told["outcome"], **other, "errors": errors}


def _whole(problem: Mapping[str, Any]) -> dict[str, Any]:
    return {"pointer": "", "code": problem["code"], "detail": problem["detail"]}
