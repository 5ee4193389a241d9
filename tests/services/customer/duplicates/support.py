"""What the tests of duplicates share: people who are one, and runs that are done at once."""

from typing import Any
from uuid import uuid4

import httpx

from jobs.working import work_once
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.running import KIND, DuplicateRun
from tests.support.running import Running


def phone() -> str:
    """Return a number that nobody has."""
    return f"139{uuid4().int % 10**8:08}"


def person(name: str, number: str, **more: Any) -> dict[str, Any]:
    """Return the body of a customer with one phone number."""
    return {"name": name, "contact_points": [{"type": "phone", "value": number}], **more}


async def created(client: httpx.AsyncClient, body: dict[str, Any], **query: str) -> str:
    """Create a customer and return its id."""
    answer = await client.post("/v1/customers", json=body, params=query)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def asked(client: httpx.AsyncClient, **body: object) -> str:
    """Ask for a run and return its id."""
    answer = await client.post("/v1/duplicate-runs", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/duplicate-runs/{answer.json()['id']}"
    return str(answer.json()["id"])


async def look(client: httpx.AsyncClient, customer: Running, **body: object) -> dict[str, Any]:
    """Ask for a run, do it, and return it."""
    run = await asked(client, **body)
    assert await work_once(customer.database, JOBS, {KIND: DuplicateRun(customer.database)})
    found: dict[str, Any] = (await client.get(f"/v1/duplicate-runs/{run}")).json()
    return found


async def pairs(client: httpx.AsyncClient, **query: object) -> list[dict[str, Any]]:
    """Return all pairs of the queue."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = await client.get("/v1/duplicates", params={"limit": 2, **query, **more})  # type: ignore[arg-type]  # plain values
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if (cursor := answer.json()["next"]) is None:
            return found
