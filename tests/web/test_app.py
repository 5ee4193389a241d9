"""The factory: what an application serves, and how its handlers answer."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.schemas import Money
from tests.support.databases import fresh
from tests.web import sample
from web.app import answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ID = UUID(int=7)


def asked(**headers: str) -> Request:
    raw = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    return Request({"type": "http", "headers": raw})


def test_an_answer_is_json_with_its_version_as_a_tag() -> None:
    body = {
        "id": ID,
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "n": Decimal("1.50"),
        "raw": orjson.Fragment(b"[1]"),
    }
    response = answer(body, status=201, version=3, headers={"Location": "/x"})
    assert json.loads(bytes(response.body)) == {
        "id": str(ID), "at": "2026-01-02T00:00:00+00:00", "n": "1.50", "raw": [1]
    }  # fmt: skip
    assert (response.status_code, response.headers["etag"], response.headers["location"]) == (
        201,
        '"3"',
        "/x",
    )
    assert response.headers["content-length"] == str(len(response.body))


def test_models_are_written_and_what_has_no_form_is_refused() -> None:
    assert (
        bytes(answer(Money(amount=Decimal("1.5"), currency="CNY")).body)
        == b'{"amount":"1.5","currency":"CNY"}'
    )
    with pytest.raises(TypeError):
        answer({"x": object()})


HELD = [('"3"', 304), ('W/"3"', 304), ('"1", "3"', 304), ("*", 304), ('"33"', 200), ("3", 200), ("", 200)]


@pytest.mark.parametrize(("header", "status"), HELD)
def test_what_the_caller_has_is_not_sent_again(header: str, status: int) -> None:
    response = answer({"a": 1}, version=3, request=asked(if_none_match=header))
    assert response.status_code == status
    assert (response.body == b"") == (status == 304)
    assert response.headers["etag"] == '"3"'


async def test_an_unchanged_thing_is_not_sent_again_over_http(api: httpx.AsyncClient) -> None:
    answered = await api.get(f"/v1/things/{ID}", headers={"if-none-match": '"3"'})
    assert (answered.status_code, answered.content) == (304, b"")


async def test_it_starts_and_lives_without_its_database(api: httpx.AsyncClient) -> None:
    assert (await api.get("/livez")).json() == {"status": "ok"}
    for path in ("/readyz", "/startupz"):
        refused = await api.get(path)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


async def test_it_is_ready_when_its_migrations_are_those_of_the_code(postgres: str, keys: Path) -> None:
    async with fresh(postgres) as url, sample.sampled(sample.settings_of(keys, url)) as running:
        api, database = running.client(), await asyncpg.connect(url)
        assert (await api.get("/readyz")).status_code == 503, "never migrated"
        await database.execute("create schema sample; create table sample.alembic_version (version_num text)")
        assert (await api.get("/readyz")).status_code == 200, "the sample has no revisions, the database none"
        await database.execute("insert into sample.alembic_version values ('0009')")
        assert (await api.get("/readyz")).status_code == 503, "newer than the code"
        assert (await api.get("/startupz")).status_code == 200, "it was ready once"
        await database.close()


async def test_a_service_may_ask_for_more_before_it_is_ready(postgres: str, keys: Path) -> None:
    others = {"ready": False}

    async def ready() -> bool:
        return others["ready"]

    async with fresh(postgres) as url, sample.sampled(sample.settings_of(keys, url), ready=ready) as running:
        api, database = running.client(), await asyncpg.connect(url)
        await database.execute("create schema sample; create table sample.alembic_version (version_num text)")
        assert (await api.get("/readyz")).status_code == 503
        others["ready"] = True
        assert (await api.get("/readyz")).status_code == 200
        await database.close()


async def test_lifespan_runs_with_the_core_and_a_layer_sees_every_request(keys: Path) -> None:
    told: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> "AsyncIterator[None]":
        told.append(app.state.core.settings.service)
        yield
        told.append("end")

    def layer(app: ASGIApp) -> ASGIApp:
        async def seen(scope: Scope, receive: Receive, send: Send) -> None:
            told.append(scope.get("path", scope["type"]))
            await app(scope, receive, send)

        return seen

    async with sample.sampled(sample.settings_of(keys), lifespan=lifespan, inside=layer) as running:
        await running.client().get("/livez")
    assert told == ["lifespan", "sample", "/livez", "end"]
