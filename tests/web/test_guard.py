"""The guard: nothing gets past it, and nobody's data gets into what it tells."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import asyncpg
import httpx
import pytest
from fastapi.exceptions import RequestValidationError
from opentelemetry import trace as otel
from opentelemetry.context import Context
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from shared import telemetry
from shared.errors import Conflict, Gone
from tests.support.running import Running, serving
from tests.web import sample
from web.guard import Guard

JSON = {"content-type": "application/json"}


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


FAILURES: list[tuple[Exception, int, str]] = [
    (Conflict("taken"), 409, "conflict"),
    (Gone(headers={"Link": "<x>"}), 410, "gone"),
    (RequestValidationError([{"type": "x", "loc": ("query", "a"), "msg": "m"}]), 422, "invalid"),
    (HTTPException(404), 404, "not_found"),
    (HTTPException(418), 422, "invalid"),
    (HTTPException(501), 500, "unexpected"),
    (asyncpg.QueryCanceledError("x"), 503, "unavailable"),
    (asyncpg.LockNotAvailableError("x"), 503, "unavailable"),
    (asyncpg.CannotConnectNowError("x"), 503, "unavailable"),
    (asyncpg.TooManyConnectionsError("x"), 503, "unavailable"),
    (asyncpg.InterfaceError("connection is closed"), 503, "unavailable"),
    (ConnectionRefusedError(), 503, "unavailable"),
    (TimeoutError(), 503, "unavailable"),
    (asyncpg.NumericValueOutOfRangeError("x"), 422, "invalid"),
    (caused(asyncpg.DataError("CANARY"), OverflowError()), 422, "invalid"),
    (caused(asyncpg.DataError("CANARY"), TypeError()), 500, "unexpected"),
    (asyncpg.UniqueViolationError("CANARY"), 409, "conflict"),
    (asyncpg.UndefinedTableError("CANARY"), 500, "unexpected"),
    (ZeroDivisionError("CANARY"), 500, "unexpected"),
    (RecursionError("CANARY"), 500, "unexpected"),
    (ExceptionGroup("tasks", [Conflict("taken")]), 409, "conflict"),
]


@pytest.mark.parametrize(("error", "status", "code"), FAILURES, ids=lambda value: type(value).__name__)
async def test_every_exception_is_a_problem(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], error: Exception, status: int, code: str
) -> None:
    sample.failures["it"] = error
    answer = await api.post("/v1/things/failures/it")
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["instance"] == "/v1/things/failures/it"
    assert problem["trace_id"] == answer.headers["x-request-id"]
    assert ("retry-after" in answer.headers) == (status == 503)
    told = capsys.readouterr().err
    assert "CANARY" not in answer.text + told
    assert (await api.get("/livez")).status_code == 200, "the connection lives on"


async def test_one_line_tells_of_a_request_without_its_data(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.get("/v1/things/CANARY?colour=CANARY", headers={"x-request-id": "r-1"})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(lines) == 1
    assert lines[0]["route"] == "/v1/things/{thing_id}"
    assert (lines[0]["method"], lines[0]["status"], lines[0]["request_id"]) == ("GET", 422, "r-1")
    assert "CANARY" not in json.dumps(lines)


async def test_probes_are_not_worth_a_line(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.get("/livez")
    assert capsys.readouterr().err == ""


async def test_no_label_holds_what_a_caller_chose(api: httpx.AsyncClient) -> None:
    await api.request("PROPFIND", "/CANARY")
    await api.get("/v1/things/CANARY")
    metrics = (await api.get("/metrics")).text
    assert 'guanxi_http_request_seconds_count{method="other",route="unmatched",status="4xx"}' in metrics
    assert 'route="/v1/things/{thing_id}",status="4xx"' in metrics
    assert "CANARY" not in metrics


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_X", True), ("a b", False), ("x" * 65, False), ("", False)]
)
async def test_a_sane_request_id_is_kept(api: httpx.AsyncClient, given: str, *, kept: bool) -> None:
    answer = await api.get("/livez", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) == kept


async def test_the_callers_trace_goes_on(api: httpx.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await api.get("/nowhere", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer.json()["trace_id"] == trace
    answer = await api.get("/nowhere", headers={"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"})
    assert answer.json()["trace_id"] != "0" * 32


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_past_the_cap_is_refused(api: httpx.AsyncClient, *, chunked: bool) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 10_000

    content = stream() if chunked else b" " * 200_000
    answer = await api.post("/v1/things", content=content, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (await api.get("/livez")).status_code == 200


async def test_a_body_within_the_cap_may_come_in_chunks(api: httpx.AsyncClient) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b'{"na'
        yield b'me": "n"}'

    assert (await api.post("/v1/things", content=stream(), headers=JSON)).status_code == 201


async def test_an_encoded_body_is_refused_unread(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/things", content=b"x", headers={**JSON, "content-encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_a_failure_in_the_middle_of_an_answer_cuts_the_connection() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise ZeroDivisionError

    async with serving(Guard(app, service="sample")) as url:
        transport = httpx.AsyncHTTPTransport(uds=url.removeprefix("unix:"))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/")


async def test_a_caller_who_leaves_is_no_fault_of_ours(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    _, writer = await asyncio.open_unix_connection(running.url.removeprefix("unix:"))
    writer.write(
        b"POST /v1/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
    )
    await writer.drain()
    writer.close()
    told = ""
    async with asyncio.timeout(5):
        while '"status":499' not in told:
            await asyncio.sleep(0.01)
            told += capsys.readouterr().err
    assert "error" not in told


async def test_under_opentelemetry_a_request_is_a_span(keys: Path) -> None:
    spans: list[tuple[str, dict[str, object]]] = []

    class Span(otel.NonRecordingSpan):
        def update_name(self, name: str) -> None:
            spans.append((name, {}))

        def set_attribute(self, key: str, value: object) -> None:
            spans[-1][1][key] = value

    class Tracer(otel.NoOpTracer):
        @contextmanager
        def start_as_current_span(self, _name: str, context: Context, **_: object) -> Iterator[Span]:  # type: ignore[override]  # fewer
            parent = otel.get_current_span(context).get_span_context()
            own = otel.SpanContext(parent.trace_id, 0xCD, is_remote=False)
            with otel.use_span(span := Span(own)):
                yield span

    provider = SimpleNamespace(get_tracer=lambda *_, **__: Tracer())
    trace = "0af7651916cd43dd8448eb211c80319c"
    with patch.object(otel, "get_tracer_provider", lambda: provider):
        async with sample.sampled(sample.settings_of(keys)) as running:
            headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
            answer = await running.client().get("/v1/things/x", headers=headers)
    expected = {"http.route": "/v1/things/{thing_id}", "http.request.method": "GET"}
    assert spans == [("GET /v1/things/{thing_id}", expected)]
    assert answer.json()["trace_id"] == trace


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Log as before when the test is over and what it captured is closed."""
    yield
    telemetry.configure("sample", "json")


@pytest.mark.usefixtures("logging_restored")
def test_text_logs_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("sample", "text")
    logging.getLogger("asyncio").error("so it %s", "is")
    told = capsys.readouterr().err
    assert told.startswith("[error")
    assert "so it is" in told
    assert "timestamp" not in told
    teller = telemetry.Teller("sample", "text")
    line = {"method": "GET", "route": "/x", "status": 200, "ms": 1.2, "request_id": "r"}
    assert teller.say(line) == "GET /x 200 1.2 ms r\n"


@pytest.mark.usefixtures("logging_restored")
def test_a_log_that_nobody_can_write_harms_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    with io.StringIO() as gone, patch.object(sys, "stderr", gone):
        telemetry.configure("sample", "json")
    logging.getLogger("asyncio").error("unheard")
    assert "I/O operation on closed file" in capsys.readouterr().err
