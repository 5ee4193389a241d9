"""Hot routes give the answers that plain FastAPI gives, except where api are better on purpose."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Cookie, FastAPI, Response

from tests.support.running import ANYBODY, Running
from tests.web import sample
from web.app import create_app
from web.hot import Plan, hot

ID = str(UUID(int=7))
GOOD = {"name": "n", "forms": [{"shape": "square", "side": 3}], "ref": {"system": "s", "id": "1"}}


@pytest.fixture(scope="module")
async def theirs(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """The same routes in an application of FastAPI's own."""
    plain = FastAPI()
    plain.include_router(sample.router)
    plain.state.core = running.core
    transport = httpx.ASGITransport(plain)
    headers = {"x-guanxi-identity": running.signer.token(ANYBODY)}
    async with httpx.AsyncClient(transport=transport, base_url="http://plain", headers=headers) as client:
        yield client


VALID = [
    ("GET", f"/v1/things/{ID}", None),
    ("GET", "/v1/things", None),
    ("GET", "/v1/things?limit=7&colour=blue&after=2026-01-01T00:00:00Z&factor=1", None),
    ("GET", "/v1/things?tag=a&tag=%E5%BC%A0&tag=", None),
    ("POST", "/v1/things", GOOD),
    ("POST", "/v1/things", {"name": " n ", "ref": ID, "made_on": "2026-01-31", "extra": {"a": [1]}}),
    ("POST", "/v1/things/batch", [GOOD, {"name": "b"}]),
    ("PATCH", f"/v1/things/{ID}", {"a": None}),
    ("POST", "/v1/things/loose", {"n": 4, "unknown": 1}),
    ("POST", "/v1/things/loose", None),
]
INVALID = [
    ("GET", "/v1/things/not-an-id", None),
    ("GET", "/v1/things?limit=0&colour=green&after=soon&factor=x", None),
    ("GET", "/v1/things?tag=a&tag=b&tag=c&tag=d", None),
    ("POST", "/v1/things", {}),
    ("POST", "/v1/things", None),
    ("POST", "/v1/things", {"name": 1, "colour": "green", "made_on": "x", "even": 3, "more": 1}),
    ("POST", "/v1/things", {"name": "", "forms": [{"shape": "square", "side": 0}, {"shape": "x"}, {}, 3]}),
    ("POST", "/v1/things", {"name": "n", "ref": {"system": "s"}, "price": {"amount": 3, "currency": "yen"}}),
    ("POST", "/v1/things", [1]),
    ("POST", "/v1/things/batch", [GOOD, {"nam": "b"}, None]),
    ("POST", "/v1/things/loose", {"n": "x"}),
]


def _sent(body: Any) -> dict[str, Any]:
    return {} if body is None else {"json": body}


@pytest.mark.parametrize(("method", "path", "body"), VALID)
async def test_a_valid_request_is_answered_as_by_fastapi(
    api: httpx.AsyncClient, theirs: httpx.AsyncClient, method: str, path: str, body: object
) -> None:
    mine = await api.request(method, path, headers={"x-mark": "5"}, **_sent(body))
    plain = await theirs.request(method, path, headers={"x-mark": "5"}, **_sent(body))
    assert mine.status_code < 300
    assert (mine.status_code, mine.content) == (plain.status_code, plain.content)
    drop = {"x-request-id", "date", "server"}
    assert {k: v for k, v in mine.headers.items() if k not in drop} == dict(plain.headers)


@pytest.mark.parametrize(("method", "path", "body"), INVALID)
async def test_an_invalid_request_is_refused_for_the_same_reasons(
    api: httpx.AsyncClient, theirs: httpx.AsyncClient, method: str, path: str, body: object
) -> None:
    mine = await api.request(method, path, **_sent(body))
    plain = await theirs.request(method, path, **_sent(body))
    assert mine.status_code == plain.status_code == 422
    assert [e["code"] for e in mine.json()["errors"]] == [e["type"] for e in plain.json()["detail"]]


async def test_without_credentials_nothing_is_validated(running: Running) -> None:
    answer = await running.client(None).get("/v1/things/not-an-id")
    assert answer.status_code == 401


async def test_a_shared_dependency_is_called_once_a_request(api: httpx.AsyncClient) -> None:
    before = sample.seen["counted"]
    assert (await api.get("/v1/things")).json()["same"]
    assert sample.seen["counted"] == before + 1


PLACES = [
    ({}, [("/name", "missing")]),
    ({"name": "n", "forms": [{"shape": "square", "side": 0}]}, [("/forms/0/side", "greater_than_equal")]),
    ({"name": "n", "forms": [{"shape": "circle"}]}, [("/forms/0/radius", "missing")]),
    ({"name": "n", "forms": [{"shape": "CANARY"}]}, [("/forms/0", "union_tag_invalid")]),
    ({"name": "n", "extra": 3}, [("/extra", "dict_type")]),
    ({"name": "n", "even": 3}, [("/even", "value_error")]),
    ({"name": "n", "price": {"amount": "CANARY", "currency": "CNY"}}, [("/price/amount", "value_error")]),
    (3, [("", "model_attributes_type")]),
]


@pytest.mark.parametrize(("body", "errors"), PLACES)
async def test_each_error_points_into_the_body_that_was_sent(
    api: httpx.AsyncClient, body: object, errors: list[tuple[str, str]]
) -> None:
    answer = await api.post("/v1/things", json=body)
    found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert found == errors
    assert "CANARY" not in answer.text


async def test_both_branches_of_a_plain_union_point_to_the_same_place(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/things", json={"name": "n", "ref": {"system": "s", "idd": "1"}})
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/ref", "/ref/id", "/ref/idd"}


async def test_an_unknown_name_meets_its_nearest_neighbour(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/things", json={"nmae": "n", "price": {"amount": "1", "curency": "CNY"}})
    details = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert details["/nmae"] == "There is no such field; did you mean name?"
    assert details["/price/curency"] == "There is no such field; did you mean currency?"
    answer = await api.get("/v1/things?limt=3")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"parameter": "limt", "code": "unknown", "detail": "There is no such parameter; did you mean limit?"}
    ]


async def test_an_endless_name_is_not_sent_back_whole(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/things", json={"name": "n", "x" * 50_000: 1})
    assert answer.status_code == 422
    assert len(answer.content) < 2_000


async def test_a_single_value_is_not_given_twice(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/things?limit=3&limit=4")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "repeated"


async def test_what_a_plan_cannot_do_is_refused_at_start(keys: Path) -> None:
    async def cookie(c: str = Cookie("")) -> Response:
        return Response(c)

    async def two(a: sample.Loose, b: sample.Loose) -> Response:
        return Response(str(a) + str(b))

    def plain() -> Response:
        return Response()

    for handler in (cookie, two, plain):
        router = APIRouter()
        router.add_api_route("/x", hot(handler), methods=["POST"], response_model=None)  # type: ignore[type-var]  # the fault
        with pytest.raises(TypeError):
            create_app(sample.settings_of(keys), title="x", routers=[router])


def test_a_plan_is_made_for_every_hot_route() -> None:
    plans = [Plan(route) for route in sample.router.routes if getattr(route.endpoint, "hot", False)]  # type: ignore[attr-defined, arg-type]  # API routes
    assert len(plans) == 7
    assert json.dumps(sorted(plans[1].queries)) == '["after", "colour", "factor", "limit", "tag"]'
