"""The gateway process: its own application, and the door in front of it and of the services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import orjson
from fastapi import FastAPI

from gateway import docs
from gateway.access import me, usage
from gateway.access import routes as access
from gateway.access.keys import Keys
from gateway.callers import routes as callers
from gateway.calls import routes as calls
from gateway.calls.sharing import Sharing
from gateway.changes import routes as changes
from gateway.describing import Describing
from gateway.overview import routes as overview
from gateway.proxy import Gateway
from gateway.rates import leases
from gateway.routing import OWN
from gateway.services import Services
from gateway.settings import Door
from shared.chores import repeat
from shared.settings import Settings
from web.app import Core, create_app
from web.idempotency import forget

ROUTERS = (
    access.router,
    me.router,
    changes.router,
    overview.router,
    callers.router,
    calls.router,
    docs.router,
)

FORGET_EVERY = timedelta(hours=1)


def build() -> Gateway:
    """Read the environment and return the application; SettingsError names what is missing."""
    settings = Settings.of(OWN)
    services = Services(settings.peers)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        held: Core = app.state.core
        app.state.services, app.state.sharing = services, Sharing()
        app.state.keys = gateway.keys = keys = Keys(held.database.pool, held.signer)

        def publish(document: bytes) -> None:
            app.state.openapi = document

        publish(app.state.openapi())
        app.state.describing = describing = Describing(orjson.loads(app.state.openapi), services, publish)
        chores = (
            repeat(keys.leases.give_back, "give back leases", leases.EVERY),
            repeat(keys.usage.write, "write last uses", usage.EVERY),
            repeat(partial(forget, settings, held.database), "forget idempotency keys", FORGET_EVERY),
        )
        tasks = [asyncio.create_task(work) for work in (services.await_ready(), describing.run(), *chores)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await services.close()
            await keys.leases.close()
            await keys.usage.close()

    async def ready() -> bool:
        """Whether every service was ready once, and has its place in the document that is served."""
        return await services.ready_once() and not own.state.describing.missing()

    own = create_app(settings, title="guanxi", routers=ROUTERS, lifespan=living, ready=ready)
    gateway = Gateway(own, services.main, Door.of(max_body=settings.max_body), settings.log)
    return gateway
