"""Whether a process lives, has started and can serve; and its metrics."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.auth import PUBLIC, allow
from shared.database import Database
from shared.errors import Unavailable
from shared.revisions import heads
from web.hot import hot

PATIENCE_S = 2.0
NOT_READY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

router = APIRouter(dependencies=[allow(PUBLIC)], include_in_schema=False)
Check = Callable[[], Awaitable[bool]]


class Readiness:
    """What /readyz asks: the database answers with the migrations that this code was written for."""

    def __init__(self, service: str, database: Database, also: Check | None) -> None:
        self.database, self.also, self.started = database, also, False
        self.heads = heads(service)
        self.query = f'select version_num from "{service}".alembic_version'  # noqa: S608 - the name is ours

    async def check(self) -> None:
        """Return when ready; raises Unavailable with the reason."""
        asking = asyncio.ensure_future(self._ask())
        try:
            # Not `timeout`: a database that hangs does not even let go of a query that is cancelled.
            if not (await asyncio.wait({asking}, timeout=PATIENCE_S))[0]:
                asking.cancel()
                raise TimeoutError
            found, also = asking.result()
        except NOT_READY as error:
            raise Unavailable("The database does not answer, or has not been migrated.") from error
        if found != self.heads:
            raise Unavailable("The database's migrations are not those of this version.")
        if not also:
            raise Unavailable("Something that this service needs is not ready.")
        self.started = True

    async def _ask(self) -> tuple[set[str], bool]:
        found = {row["version_num"] for row in await self.database.pool.fetch(self.query)}
        return found, self.also is None or await self.also()


@router.get("/livez")
@hot
async def get_liveness() -> Response:
    """Say that the process answers."""
    return Response(b'{"status":"ok"}', media_type="application/json")


@router.get("/readyz")
@hot
async def get_readiness(request: Request) -> Response:
    """Say whether requests can be served now."""
    await request.app.state.readiness.check()
    return await get_liveness()


@router.get("/startupz")
@hot
async def get_startup(request: Request) -> Response:
    """Say whether the process has ever been ready."""
    if not request.app.state.readiness.started:
        await request.app.state.readiness.check()
    return await get_liveness()


@router.get("/metrics")
@hot
async def get_metrics() -> Response:
    """Write the metrics in Prometheus' text format."""
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


@router.get("/openapi.json")
@hot
async def get_openapi(request: Request) -> Response:
    """Return the OpenAPI document of this process."""
    document = request.app.state.openapi  # the gateway has the merged one at hand
    if not isinstance(document, bytes):
        document = await asyncio.to_thread(document)
    return Response(document, media_type="application/json")
