"""Running one part's worker: what it does beside answering requests, until it is told to stop."""

import importlib

import uvloop

from guanxi.parts import part
from shared import telemetry
from shared.settings import Settings


def work(name: str) -> int:
    """Run `<package>.worker.run(settings)` until SIGTERM or SIGINT cancels it."""
    settings = Settings.of(name)
    telemetry.configure(f"{name}-worker", settings.log)
    module = importlib.import_module(f"{part(name).package}.worker")
    uvloop.run(_until_told(module.run(settings)))
    return 0
