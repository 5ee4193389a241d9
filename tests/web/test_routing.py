"""Finding routes: literals before parameters, exact methods, and paths that no route can have."""

from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Response

from tests.support.running import Running
from tests.web import sample
from web.app import create_app
from web.hot import hot
from web.routing import Segment

ID = str(UUID(int=7))
ALLOWED = [
    ("/v1/things", "GET, HEAD, OPTIONS, POST"),
    (f"/v1/things/{ID}", "GET, HEAD, OPTIONS, PATCH"),
    ("/v1/things/batch", "OPTIONS, POST"),
    (f"/v1/things/{ID}/cold", "GET, HEAD, OPTIONS"),
]


@pytest.mark.parametrize(("path", "allow"), ALLOWED)
async def test_a_path_names_exactly_its_methods(api: httpx.AsyncClient, path: str, allow: str) -> None:
    options = await api.options(path)
    assert (options.status_code, options.headers["allow"], options.content) == (204, allow, b"")
    refused = await api.delete(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, allow)
    assert refused.json()["code"] == "method_not_allowed"
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_literal_path_is_never_taken_for_a_parameter(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/things/batch")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize(
    "path", [f"/v1/things/{ID}", "/v1/things?limit=2", f"/v1/things/{ID}/cold", "/livez"]
)
async def test_the_head_of_a_get_is_its_answer_without_a_body(api: httpx.AsyncClient, path: str) -> None:
    get, head = await api.get(path), await api.head(path)
    changing = {"x-request-id", "date"}
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in get.headers.items() if k not in changing
    }


@pytest.mark.parametrize(
    "path", ["/", "//", "/v1", "/v1/things/", "/v1//things", f"/v1/things/{ID}/", "/v1/things/a/b/c", "/docs"]
)
async def test_other_paths_are_not_found(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/v1/things/%00", "/v1/things/%ff", "/v1/things/%ED%A0%80", "/v1/%C0%AF"])
async def test_a_path_that_is_no_text_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_encoded_slash_stays_inside_its_parameter(api: httpx.AsyncClient) -> None:
    answer = await api.patch("/v1/things/erp:A%2F1%20%E5%BC%A0", json={})
    assert answer.json()["id"] == "erp:A/1 张"


async def test_the_head_of_a_refusal_has_no_body_either(api: httpx.AsyncClient) -> None:
    answer = await api.head("/nowhere")
    assert (answer.status_code, answer.content) == (404, b"")
    assert int(answer.headers["content-length"]) > 0


def test_a_dead_end_behind_a_literal_is_left_again() -> None:
    router = APIRouter()

    async def handler() -> Response:
        return Response()

    for path in ("/a/b/c", "/a/{x}/d"):
        router.add_api_route(path, handler, response_model=None)
    tree = Segment()
    for route in router.routes:
        tree.add(route)  # type: ignore[arg-type]  # API routes
    found = tree.find(["", "a", "b", "d"])
    assert found is not None
    assert found.targets["GET"].template == "/a/{x}/d"
    assert tree.find(["", "a", "b"]) is None


async def test_contradictions_are_refused_at_start(running: Running) -> None:
    async def one() -> Response:
        return Response()

    async def two() -> Response:
        return Response()

    for paths in ((("/x", one), ("/x", two)), (("/x", one), ("/y", one)), (("/{x:path}", one),)):
        router = APIRouter()
        for path, handler in paths:
            router.add_api_route(path, hot(handler), response_model=None)
        with pytest.raises(TypeError):
            create_app(running.settings, title="x", routers=[router])


async def test_a_route_of_fastapis_own_is_answered_through_the_same_tree(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"/v1/things/{ID}/cold?limit=4")).json()["name"] == "4"
    answer = await api.get("/v1/things/x/cold?limit=y")
    assert answer.status_code == 422
    assert {error["parameter"] for error in answer.json()["errors"]} == {"thing_id", "limit"}


async def test_a_router_inside_a_router_is_refused(running: Running) -> None:
    outside = APIRouter()
    outside.include_router(sample.router)
    with pytest.raises(TypeError):
        create_app(running.settings, title="x", routers=[outside])
