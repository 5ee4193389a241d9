"""Owns how the demo speaks to the API: patiently, so what dies underneath costs time and nothing else."""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

PATIENCE_S = 300.0  # how long one answer may take to come, all tries together
LONGEST_PAUSE_S = 2.0
Json = Mapping[str, Any]
AGAIN = (408, 409, 425, 429, 500, 502, 503, 504)


class DemoError(Exception):
    """The demo cannot go on; the text says why."""


class Api:
    """The public API at `address`, with a key.

    Every request is one that may be repeated: reads, upserts by foreign ids, and runs with an
    Idempotency-Key.
    """

    def __init__(self, address: str, key: str, *, patience: float = PATIENCE_S) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.AsyncClient(
            base_url=address, headers=headers, timeout=httpx.Timeout(60, connect=5)
        )
        self._patience = patience

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON at a path."""
        return (await self._ask("GET", path, params=parameters)).json()

    async def post(self, path: str, body: Json, *, key: str | None = None) -> Any:  # noqa: ANN401 - as above
        """Return the answer to a body; `key` is its Idempotency-Key."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return (await self._ask("POST", path, json=body, headers=headers)).json()

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        """Ask until asking again would not change the answer; DemoError when that takes too long."""
        started, pause, last = time.monotonic(), 0.05, ""
        while time.monotonic() - started < self._patience:
            try:
                answer = await self._http.request(method, path, **more)
            except httpx.TransportError as error:
                last = type(error).__name__
            else:
                if answer.is_success:
                    return answer
                last = f"{answer.status_code} {answer.text[:500]}"
                if answer.status_code not in AGAIN:
                    raise DemoError(f"{method} {path}: {last}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        raise DemoError(f"{method} {path}: no answer in {self._patience:.0f} s; the last try gave {last}")
