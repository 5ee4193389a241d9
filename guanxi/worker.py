"""Running one part's worker: what it does beside answering requests, until it is told to stop."""

import asyncio
import importlib
import signal
from collections.abc import Awaitable

import uvloop

from guanxi.parts import part
from guanxi.readiness import tell_ready
from shared import telemetry
from shared.settings import Settings


def work(name: str) -> int:
    """Run `<package>.worker.run(settings)` until SIGTERM or SIGINT cancels it."""
    settings = Settings.of(name)
    telemetry.configure(f"{name}-worker", settings.log)
    module = importlib.import_module(f"{part(name).package}.worker")
    uvloop.run(_until_told(module.run(settings)))
    return 0


async def _until_told(running: Awaitable[None]) -> None:
    task = asyncio.ensure_future(running)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    tell_ready()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
