"""The gateway process: its own application, and the door in front of it and of the services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from fastapi import FastAPI

from gateway import docs
from gateway.access import routes as access
from gateway.access.keys import Keys
from gateway.changes import routes as changes
from gateway.describing import Describing
from gateway.overview import routes as overview
from gateway.proxy import Gateway
from gateway.routing import OWN
from gateway.services import Services
from gateway.settings import Door
from shared.settings import Settings
from web.app import create_app

ROUTERS = (access.router, changes.router, overview.router, docs.router)


def build() -> Gateway:
    """Read the environment and return the application; SettingsError names what is missing."""
    settings = Settings.of(OWN)
    services = Services(settings.peers)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        app.state.services = services
        app.state.keys = gateway.keys = Keys(app.state.core.database.pool, app.state.core.signer)

        def publish(document: bytes) -> None:
            app.state.openapi = document

        describing = Describing(orjson.loads(app.state.openapi), services, publish)
        tasks = [asyncio.create_task(work) for work in (services.await_ready(), describing.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await services.close()

    own = create_app(
        settings, title="guanxi", routers=ROUTERS, lifespan=living, ready=services.ready_once, keyed=False
    )
    gateway = Gateway(own, services.main, Door.of(max_body=settings.max_body), settings.log)
    return gateway
