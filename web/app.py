"""The application factory: what every process holds, how it starts, and how its handlers answer."""

import gc
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import orjson
from asyncpg import Record
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import telemetry
from shared.auth import Signer, Verifier
from shared.clock import Clock, utc_now
from shared.database import Database
from shared.errors import Invalid
from shared.pagination import Cursors
from shared.settings import Settings
from web import openapi, probes
from web.etag import tag
from web.guard import Guard
from web.routing import Dispatcher

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Layer = Callable[[ASGIApp], ASGIApp]
LONGEST = 1_000  # characters of If-None-Match
JSON = (b"content-type", b"application/json")


@dataclass(slots=True)
class Core:
    """What a process holds from its start to its end."""

    settings: Settings
    database: Database
    verifier: Verifier
    signer: Signer
    cursors: Cursors
    clock: Clock = utc_now

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator["Core"]:
        """Hold it for as long as the block runs; a database that is down is no hindrance."""
        database = await Database.open(settings)
        try:
            yield cls(
                settings,
                database,
                Verifier.load(settings.keys),
                Signer.load(settings.keys, settings.service),
                Cursors(settings.secret),
            )
        finally:
            await database.close()


def core(request: Request) -> Core:
    """Return what the process that answers this request holds."""
    return cast("Core", request.app.state.core)


class Application(FastAPI):
    """FastAPI for describing routes; the guard and the dispatcher take the place of its middleware."""

    stack: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass what every request passes."""
        scope["app"] = self
        await self.stack(scope, receive, send)


def create_app(
    settings: Settings,
    *,
    title: str,
    routers: Sequence[APIRouter],
    lifespan: Lifespan | None = None,
    inside: Layer | None = None,
    ready: probes.Check | None = None,
) -> FastAPI:
    """Build an application from its routers; TypeError for routes that contradict each other.

    `lifespan` runs while the core is open, `inside` is an ASGI layer between guard and routes,
    `ready` is asked by /readyz besides the database.
    """
    telemetry.configure(settings.service, settings.log)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        async with Core.open(settings) as held:
            app.state.core = held
            app.state.readiness = probes.Readiness(settings.service, held.database, ready)
            gc.collect()
            gc.freeze()  # what start-up made stays: collections need not walk it
            async with lifespan(app) if lifespan is not None else _nothing():
                yield

    app = Application(title=title, version="1", lifespan=living, openapi_url=None)
    routes = list(_flat((*routers, probes.router)))
    app.router.routes[:] = routes
    app.state.openapi = openapi.Described(app, routes)
    dispatcher: ASGIApp = Dispatcher(routes, app.router)
    within = dispatcher if inside is None else inside(dispatcher)
    app.stack = Guard(within, service=settings.service, log=settings.log, max_body=settings.max_body)
    return app


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _flat(routers: Iterable[APIRouter]) -> Iterable[APIRoute]:
    """Give every route its function's name as operation id, which has to be its own."""
    routes = [route for router in routers for route in router.routes]
    for route in routes:
        if not isinstance(route, APIRoute):
            raise TypeError(f"{route}: routers hold routes, not other routers")
        route.unique_id = route.operation_id or route.name
        yield route
    if twice := [
        name
        for name, count in Counter(r.unique_id for r in routes if isinstance(r, APIRoute)).items()
        if count > 1
    ]:
        raise TypeError(f"handlers of one name: {', '.join(twice)}")


class _Json(Response):
    """A response whose headers are written once, without Starlette's ceremony."""

    def __init__(self, content: bytes, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.status_code, self.body, self.background = status, content, None
        self.raw_headers = headers


def answer(
    body: object,
    *,
    status: int = 200,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
    request: Request | None = None,
) -> Response:
    """Return JSON: datetimes in RFC 3339, decimals as strings, `json` columns as they came.

    `version` becomes the ETag; with `request`, a matching If-None-Match is answered 304 without a body.
    """
    etag = None if version is None else tag(version)
    extra = [(key.lower().encode(), value.encode("latin-1")) for key, value in (headers or {}).items()]
    if etag is not None:
        extra.append((b"etag", etag.encode()))
        if request is not None and _held(request.headers.get("if-none-match"), etag):
            return _Json(b"", 304, extra)
    if status == 204:
        return _Json(b"", 204, extra)
    content = orjson.dumps(body, default=_plain)
    return _Json(content, status, [(b"content-length", b"%d" % len(content)), JSON, *extra])


def _held(header: str | None, etag: str) -> bool:
    """Whether the caller has this version; If-None-Match compares weakly (RFC 9110, 13.1.2)."""
    if header is not None and len(header) > LONGEST:
        detail = f"If-None-Match has at most {LONGEST} characters."
        raise Invalid(detail, errors=[{"header": "If-None-Match", "code": "too_long", "detail": detail}])
    return header is not None and (
        header.strip() == "*" or etag in (each.strip().removeprefix("W/") for each in header.split(","))
    )


def _plain(value: object) -> Any:  # noqa: ANN401 - something orjson knows
    if isinstance(value, (Decimal, UUID)):  # asyncpg's UUID is a subclass, which orjson does not know
        return str(value)
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Record):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
