"""Watching jobs: each by its id, all of a kind, their progress as it comes; and cancelling them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import orjson
from asyncpg import Pool, Record
from fastapi import APIRouter, Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from jobs.life import JobEnded, Jobs
from jobs.tables import JobStatus
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import REF, Invalid, NotFound, documents
from shared.statements import Runner
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once
from web.server import CLOSING

Look = Callable[[Runner, UUID], Awaitable[Record]]
STREAM_S, LOOK_S = 20.0, 0.5  # below what the door waits for an answer; a reader comes back by itself
ENDED = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)
LastEvent = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=20, description="The last `id` heard.")
]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job over HTTP: `path` such as "/v1/tidy-runs", `noun` such as "tidy_run", and who may."""

    name: str
    path: str
    noun: str
    read: type[BaseModel]
    page: type[BaseModel]
    may_read: Any  # what `allow` returns
    may_write: Any


def job_router(jobs: Jobs, kind: Kind) -> APIRouter:
    """Return the routes of a kind of job; the one that asks for a job is its slice's own."""
    router = APIRouter(prefix=kind.path, tags=[kind.path.rpartition("/")[2]])
    reads = kind.may_read
    found = documents(NotFound, Invalid)
    look = partial(_one, jobs, kind.name)

    @router.get("", name=f"list_{kind.noun}s", response_model=kind.page, dependencies=[reads])
    @hot
    async def list_jobs(request: Request, place: Paged, status: JobStatus | None = None) -> Response:
        """List jobs, newest first."""
        pool = core(request).database.pool
        return await listed(
            request,
            place,
            ("id",),
            lambda **given: jobs.sql.page.all(pool, kind=kind.name, status=status, **given),
        )

    @router.get(
        "/{id}", name=f"get_{kind.noun}", response_model=kind.read, responses=found, dependencies=[reads]
    )
    @hot
    async def get_job(request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word
        """Return one job, with its progress."""
        row = await look(core(request).database.pool, id)
        return answer(row["data"], version=row["version"], request=request)

    @router.get(
        "/{id}/events",
        name=f"watch_{kind.noun}",
        responses={**found, **events_of(kind.read)},
        response_class=StreamingResponse,
        dependencies=[reads],
    )
    @hot
    async def watch_job(request: Request, id: UUID, last: LastEvent = None) -> Response:  # noqa: A002 - as above
        """Send the job as a server-sent event whenever it has changed, until it has ended."""
        pool = core(request).database.pool
        await look(pool, id)
        headers = {"cache-control": "no-store"}
        return StreamingResponse(
            events(look, pool, id, last), media_type="text/event-stream", headers=headers
        )

    _add_cancel(router, jobs, kind, look)
    return router


def _add_cancel(router: APIRouter, jobs: Jobs, kind: Kind, look: Look) -> None:
    writes = kind.may_write

    @router.post(
        "/{id}/cancel",
        name=f"cancel_{kind.noun}",
        response_model=kind.read,
        responses=documents(NotFound, Invalid, JobEnded),
    )
    @hot
    async def cancel_job(request: Request, id: UUID, principal: Principal = writes) -> Response:  # noqa: A002 - as above
        """End a job that has not ended; what it has written stays."""

        async def act(tx: Transaction) -> Answer:
            await look(tx.connection, id)
            await jobs.cancel(tx.connection, id)
            row = await look(tx.connection, id)
            return Answer(row["data"], version=row["version"])

        return await once(request, principal, act)


def events_of(read: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Describe the events: the data of each is what a read of the job returns."""
    schema = {
        "description": "The data of an event is the job.",
        "x-item-schema": {"$ref": REF + read.__name__},
    }
    return {200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": schema}}}}


async def _one(jobs: Jobs, kind: str, on: Runner, job: UUID) -> Record:
    row = await jobs.sql.one.one(on, kind=kind, job=job)
    if row is None:
        raise NotFound
    return row


async def events(look: Look, pool: Pool, job: UUID, last: str | None) -> AsyncIterator[bytes]:
    """Yield server-sent events: `data` of the row that `look` returns, whenever its `version` is new."""
    yield b"retry: 500\n\n"
    until = asyncio.get_running_loop().time() + STREAM_S
    while asyncio.get_running_loop().time() < until and not CLOSING.is_set():
        row = await look(pool, job)
        if str(row["version"]) != last:
            last = str(row["version"])
            yield b"id: %b\nevent: progress\ndata: %b\n\n" % (last.encode(), orjson.dumps(row["data"]))
        if row["status"] in ENDED:
            return
        await asyncio.sleep(LOOK_S)
