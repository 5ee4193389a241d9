"""Asking a peer over HTTP: bounded in time, in the caller's trace, with errors that have names."""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from shared import errors, telemetry
from shared.auth import HEADER, Principal, Signer
from shared.errors import Late, Problem, Unavailable
from web.budget import Budget

CONNECT_S = 0.5
KEEP_S = 3.0  # below what an ending server lets an idle connection live: no request meets a closed one
CONNECTIONS = 16
OURS = (401, 403)  # from a peer these are a fault between us, not of whoever asked


class ServiceClient:
    """Speaks to one peer as one principal; `timeout` is the longest wait in seconds for an answer."""

    def __init__(self, peer_url: str, signer: Signer, principal: Principal, *, timeout: float = 5.0) -> None:
        socket = peer_url.removeprefix("unix:") if peer_url.startswith("unix:") else None
        limits = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=KEEP_S)
        self._http = httpx.AsyncClient(
            base_url="http://peer" if socket else peer_url,
            transport=httpx.AsyncHTTPTransport(uds=socket, limits=limits),
        )
        self._signer, self._principal, self._timeout = signer, principal, timeout
        self._budget = Budget()

    async def get(
        self, path: str, params: Mapping[str, Any] | None = None, *, deadline: float | None = None
    ) -> Any:  # noqa: ANN401 - the peer's JSON
        """Return the peer's JSON; asked once more when the connection failed, within the budget.

        Not for a request that has a caller with a deadline: the first hop tries again, and nobody else.
        `deadline` is in seconds from now. Raises Unavailable (no connection, 5xx), Late (no answer in time),
        or for another refusal the problem of its status.
        """
        until = time.monotonic() + (self._timeout if deadline is None else deadline)
        trace = telemetry.current.get()
        first_hop = trace is None or trace.deadline is None
        try:
            return await self._ask("GET", path, deadline, params=params)
        except Unreached:
            if not (first_hop and self._budget.spend()):
                raise
            return await self._ask("GET", path, until - time.monotonic(), params=params)

    async def post(
        self, path: str, body: object, *, deadline: float | None = None, key: str | None = None
    ) -> Any:  # noqa: ANN401 - the peer's JSON
        """Return the peer's answer to a JSON body, never tried twice; `key` is sent as Idempotency-Key."""
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        return await self._ask("POST", path, deadline, content=orjson.dumps(body), headers=headers)

    async def _ask(
        self,
        method: str,
        path: str,
        deadline: float | None,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - httpx's
    ) -> Any:  # noqa: ANN401 - as above
        trace = telemetry.current.get() or telemetry.Trace(made := telemetry.identifier(), made)
        left = trace.remaining()
        seconds = min(each for each in (self._timeout, deadline, left) if each is not None)
        if seconds <= 0:
            raise Late
        sent = {
            HEADER: self._signer.token(self._principal),
            "x-request-id": trace.request_id,
            "traceparent": trace.traceparent(),
            "x-deadline-ms": str(int(seconds * 1000)),
        }
        limit = httpx.Timeout(seconds, connect=min(CONNECT_S, seconds))
        try:
            async with asyncio.timeout(seconds):  # httpx bounds each read, not their sum
                answer = await self._http.request(
                    method, path, headers={**sent, **(headers or {})}, timeout=limit, **more
                )
        except httpx.ConnectTimeout as error:
            raise Unreached("A peer does not take connections.") from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise Late from error
        except httpx.TransportError as error:
            raise Unreached("A peer does not answer.") from error
        self._budget.earn()
        return _read(answer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class Unreached(Unavailable):
    """The connection to a peer could not be made, or broke before an answer came."""


def _read(answer: httpx.Response) -> Any:  # noqa: ANN401 - the peer's JSON
    if answer.is_success:
        return orjson.loads(answer.content) if answer.content else None
    kind = _KINDS.get(answer.status_code, Unavailable)
    if answer.status_code >= 500 or answer.status_code in OURS:
        kind = Late if answer.status_code == Late.status else Unavailable
    try:
        said = orjson.loads(answer.content)
        raise kind(said["detail"], errors=said["errors"], peer_code=said["code"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise kind from None


_KINDS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Problem) and kind.status < 500
}
