"""How the demo waits: it asks again for what may pass, and gives up on what will not."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from guanxi.demo import api as module
from guanxi.demo.api import Api, DemoError

Answer = httpx.Response | Exception
Served = Callable[..., Awaitable[tuple[Api, list[httpx.Request]]]]


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """Give an API that answers what it is told, one after the other, and what it was asked."""
    opened: list[Api] = []
    real = httpx.AsyncClient
    monkeypatch.setattr(module, "LONGEST_PAUSE_S", 0.001)

    async def serve(*answers: Answer, patience: float = 5) -> tuple[Api, list[httpx.Request]]:
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            one = answers[min(len(asked), len(answers)) - 1]
            if isinstance(one, Exception):
                raise one
            return one

        def client(**options: Any) -> httpx.AsyncClient:
            return real(transport=httpx.MockTransport(answer), **options)

        monkeypatch.setattr(module.httpx, "AsyncClient", client)
        opened.append(Api("http://guanxi", "gx_key", patience=patience))
        return opened[-1], asked

    yield serve
    for one in opened:
        await one.__aexit__(None, None, None)


@pytest.mark.parametrize(
    "passing",
    [
        httpx.ConnectError("down"),
        httpx.ReadError("cut"),
        *(httpx.Response(status) for status in (429, 502, 503, 504)),
    ],
)
async def test_what_may_pass_is_asked_again(served: Served, passing: Answer) -> None:
    api, asked = await served(passing, passing, httpx.Response(200, json={"done": True}))
    assert await api.post("/v1/orders/batch", {"items": []}, key="k") == {"done": True}
    assert len(asked) == 3
    assert {request.headers["idempotency-key"] for request in asked} == {"k"}
    assert {request.headers["authorization"] for request in asked} == {"Bearer gx_key"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_will_not_pass_ends_it(served: Served, status: int) -> None:
    api, asked = await served(httpx.Response(status, text="because"))
    with pytest.raises(DemoError, match=f"{status} because"):
        await api.get("/v1/scores")
    assert len(asked) == 1


async def test_patience_ends(served: Served) -> None:
    api, asked = await served(httpx.ConnectError("down"), patience=0.3)
    with pytest.raises(DemoError, match="ConnectError"):
        await api.get("/v1/scores", limit=10)
    assert len(asked) > 1
