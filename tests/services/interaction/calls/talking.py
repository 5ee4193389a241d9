"""What the tests of calls say to the service."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.services.interaction.conftest import name

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def number() -> str:
    """Return a number that no other test uses, in E.164."""
    return f"+86139{random.randrange(10**8):08}"  # noqa: S311 - no secret


def event(call: str, type_: str, second: float = 0, **said: Any) -> dict[str, Any]:
    """Return an event of a call, so many seconds after the start; `from_` stands for `from`."""
    told = {key.removesuffix("_"): value for key, value in said.items()}
    at = (START + timedelta(seconds=second)).isoformat()
    return {"call": {"system": "pbx", "id": call}, "type": type_, "occurred_at": at, **told}


def talk(call: str, from_: str, **more: Any) -> list[dict[str, Any]]:
    """Return the events of a call that was answered after 5 s and lasted 60 s more."""
    begin = {"from_": from_, "to": "95555", "queue": "sales", **more}
    return [
        event(call, "ringing", 0, **begin),
        event(call, "queued", 0, queue=begin["queue"]),
        event(call, "answered", 5, agent="u-1"),
        event(call, "ended", 65),
    ]


def miss(call: str, from_: str, second: float = 0, **more: Any) -> list[dict[str, Any]]:
    """Return the events of a call that was given up after 30 s."""
    begin = {"from_": from_, "to": "95555", "queue": "sales", **more}
    return [event(call, "ringing", second, **begin), event(call, "abandoned", second + 30)]


async def send(client: httpx.AsyncClient, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Send events together; return the results."""
    answer = await client.post("/v1/calls/events/batch", json={"items": events})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def shown(client: httpx.AsyncClient, call: str) -> dict[str, Any]:
    """Return a call."""
    answer = await client.get(f"/v1/calls/pbx:{call}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def new() -> str:
    """Return a call id that no other test uses."""
    return name("call")
