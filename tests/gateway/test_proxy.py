"""What passes through the gateway, and what does not."""

import asyncio
import gzip

import httpx
import pytest

from tests.gateway.conftest import KEY, Front

AUTH = b"authorization: Bearer " + KEY.encode() + b"\r\n"


def problem(answer: httpx.Response) -> dict[str, object]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "code", "title", "detail", "instance", "trace_id"} <= body.keys()
    return body


async def test_passes_a_request_on_with_an_identity_and_without_the_key(front: Front) -> None:
    answer = await front.client.get(
        "/v1/customers/echo?q=%E5%BC%A0&limit=5", headers={"x-guanxi-identity": "forged"}
    )
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"3"'
    line, headers = answer.json()["line"], [tuple(pair) for pair in answer.json()["headers"]]
    names = [name for name, _ in headers]
    assert line == "GET /v1/customers/echo?q=%E5%BC%A0&limit=5 HTTP/1.1"
    assert "authorization" not in names
    assert names.count("x-guanxi-identity") == 1
    assert dict(headers)["x-guanxi-identity"].count(".") == 2
    assert 1_700 < int(dict(headers)["x-deadline-ms"]) <= 2_000
    assert dict(headers)["x-request-id"] == answer.headers["x-request-id"]
    assert dict(headers)["x-forwarded-for"] == "127.0.0.1"


async def test_keeps_a_good_request_id_and_a_shorter_deadline_replaces_a_bad_id(front: Front) -> None:
    good = await front.client.get(
        "/v1/customers/echo", headers={"x-request-id": "abc-1", "x-deadline-ms": "700"}
    )
    assert good.headers["x-request-id"] == "abc-1"
    assert 500 < deadline(good) <= 700
    bad = await front.client.get(
        "/v1/customers/echo", headers={"x-request-id": "a b", "x-deadline-ms": "99999"}
    )
    assert bad.headers["x-request-id"] not in {"", "a b"}
    assert 1_700 < deadline(bad) <= 2_000


def deadline(answer: httpx.Response) -> int:
    """Return what the service was told, in milliseconds: what was left when it was asked."""
    return int(dict(tuple(pair) for pair in answer.json()["headers"])["x-deadline-ms"])


async def test_says_what_is_left_of_the_rate_and_refuses_what_is_over_it(front: Front) -> None:
    slow = "gx_" + "s" * 32
    front.keys.add(slow, 1)
    answers = [
        await front.client.get("/v1/customers/echo", headers={"authorization": f"Bearer {slow}"})
        for _ in range(11)
    ]
    assert answers[0].headers["ratelimit-policy"] == '"client";q=10;w=10'
    assert answers[0].headers["ratelimit"] == '"client";r=9;t=1'
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert problem(answers[10])["code"] == "too_many_requests"
    assert answers[10].headers["retry-after"] == "1"
    assert len(front.stub.asked) == 10


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer gx_" + "q" * 32}, {"authorization": "Basic eDp5"}]
)
async def test_refuses_whom_it_does_not_know(front: Front, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=str(front.client.base_url)) as stranger:
        answer = await stranger.get("/v1/customers/echo", headers=headers)
    assert problem(answer)["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert not front.stub.asked


async def test_takes_the_key_from_x_api_key_too(front: Front) -> None:
    async with httpx.AsyncClient(base_url=str(front.client.base_url)) as client:
        assert (await client.get("/v1/scores/echo", headers={"x-api-key": KEY})).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/nothing/echo",
        "/v2/customers/echo",
        "/v1/customers/%2e%2e/orders",
        "/v1/customers/..%2fx",
    ],
)
async def test_knows_no_other_paths(front: Front, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n".encode() + AUTH + b"\r\n"
    assert (await front.raw(request)).startswith(b"HTTP/1.1 404 ")
    assert not front.stub.asked


async def test_leaves_an_encoded_slash_inside_its_segment(front: Front) -> None:
    answer = await front.client.get("/v1/customers/erp%3AA%2F7/echo")
    assert answer.json()["line"] == "GET /v1/customers/erp%3AA%2F7/echo HTTP/1.1"


@pytest.mark.parametrize("size", [0, 10, 70_000, 1 << 20])
@pytest.mark.parametrize("chunked", [False, True])
async def test_streams_bodies_of_any_framing(front: Front, size: int, *, chunked: bool) -> None:
    async def parts() -> object:
        for start in range(0, size, 16_384):
            yield b"x" * min(16_384, size - start)

    content = parts() if chunked else b"x" * size
    answer = await front.client.post("/v1/orders/echo", content=content)  # type: ignore[arg-type]  # as httpx takes it
    assert answer.status_code == 200
    assert answer.json()["size"] == size


@pytest.mark.parametrize("chunked", [False, True])
async def test_caps_bodies_and_is_heard(front: Front, *, chunked: bool) -> None:
    async def parts() -> object:
        for _ in range(400):
            yield b"x" * 16_384

    content = parts() if chunked else b"x" * (6 << 20)
    answer = await front.client.post("/v1/orders/echo", content=content)  # type: ignore[arg-type]  # as httpx takes it
    assert problem(answer)["code"] == "too_large"
    assert answer.headers["connection"] == "close"
    assert (await front.client.get("/v1/orders/echo")).status_code == 200


async def test_answers_early_when_the_service_does(front: Front) -> None:
    answer = await front.client.post("/v1/orders/early", content=b"x" * 1000)
    assert (answer.status_code, answer.content) == (422, b"no")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_passes_methods_and_reuses_one_connection(front: Front, method: str) -> None:
    for _ in range(3):
        answer = await front.client.request(method, "/v1/customers/echo")
        assert answer.status_code == 200
        assert (len(answer.content) == 0) == (method == "HEAD")
        assert int(answer.headers["content-length"]) > 0
    assert front.stub.connections == 1


@pytest.mark.parametrize(("path", "status"), [("nothing", 204), ("same", 304)])
async def test_answers_without_a_body_stay_without(front: Front, path: str, status: int) -> None:
    for _ in range(2):
        answer = await front.client.get(f"/v1/customers/{path}")
        assert (answer.status_code, answer.content) == (status, b"")
    assert front.stub.connections == 1


async def test_skips_interim_answers_and_hides_hop_by_hop_headers(front: Front) -> None:
    assert (await front.client.get("/v1/customers/interim")).text == "ok"
    answer = await front.client.get("/v1/customers/named")
    assert answer.headers["x-open"] == "1"
    assert "x-private" not in answer.headers
    sent = await front.client.get(
        "/v1/customers/echo", headers={"connection": "x-mine", "x-mine": "1", "te": "x"}
    )
    assert {"x-mine", "te", "connection"}.isdisjoint(name for name, _ in sent.json()["headers"])


async def test_passes_an_answer_that_ends_with_its_connection(front: Front) -> None:
    assert len((await front.client.get("/v1/customers/untilclose")).content) == 100_000


async def test_compressed_bodies_pass_as_they_are(front: Front) -> None:
    body = gzip.compress(b"x" * 10_000)
    answer = await front.client.post("/v1/orders/echo", content=body, headers={"content-encoding": "gzip"})
    assert answer.json()["size"] == len(body)


async def test_many_at_once(front: Front) -> None:
    answers = await asyncio.gather(*(front.client.get(f"/v1/customers/echo?n={n}") for n in range(200)))
    lines = [answer.json()["line"] for answer in answers]
    assert lines == [f"GET /v1/customers/echo?n={n} HTTP/1.1" for n in range(200)]
