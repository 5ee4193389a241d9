"""The row of an ordinary route: among forty routers, and alone; no network and no database in either."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Message

from bench.rounds import Bench, Cell, Figures
from shared.auth import PUBLIC, Principal, allow
from shared.settings import Settings
from web.app import answer, create_app
from web.hot import hot

ROUTERS, TURN = 40, 200  # routers beside; requests between two looks at the clock
Anybody = Annotated[Principal, allow(PUBLIC)]


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the two cells."""
    for way, routers in (("alone", 1), ("among 40", ROUTERS)):
        yield Cell("ordinary route", way, partial(bench.generator.call, ask, routers, bench.seconds))


def ask(routers: int, seconds: float) -> Figures:
    """Ask the last of so many routers for something, again and again; CPU alone counts."""
    settings = Settings(service="bench", database_url="", keys=Path(), secret=b"b" * 32)
    app = create_app(settings, title="bench", routers=[_router(number) for number in range(routers)])
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):  # a log line each, as always
        return asyncio.run(_ask(app, f"/v1/things{routers - 1}/17", seconds))


async def _ask(app: ASGIApp, path: str, seconds: float) -> Figures:
    asked, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for _ in range(TURN):
            await app(_scope(path), _nothing, _ignore)
        asked += TURN
    return Figures(asked / spent, cpu={"generator": spent / asked * 1e6})


def _scope(path: str) -> dict[str, object]:
    said = {"method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": []}
    return {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "client": None, **said}


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _ignore(_: Message) -> None:
    return


def _router(number: int) -> APIRouter:
    router = APIRouter(prefix=f"/v1/things{number}", tags=["things"])

    async def get_thing(request: Request, thing: int, _: Anybody) -> Response:
        return answer({"thing": thing}, request=request)

    get_thing.__name__ = f"get_thing{number}"
    router.get("/{thing}", response_model=dict[str, int])(hot(get_thing))
    return router
