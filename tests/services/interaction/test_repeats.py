"""Contacts in any order, some of them twice, from four writers at two processes: each is kept once."""

import asyncio
import importlib
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from tests.conftest import _environment
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.support.running import Running, run

PATH = "/v1/interactions"
CONTACTS, PEOPLE, WRITERS, REPEATED = 800, 20, 4, 0.1
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def other(interaction: Running, peer: Peer, keys: Path) -> AsyncIterator[Running]:
    """A second process of the service, on the same database."""
    url = interaction.settings.database_url
    with patch.dict(os.environ, _environment("interaction", url, keys, {"customer": peer.url})):
        app = importlib.import_module("services.interaction.main").build()
    async with run(app, interaction.settings) as running:
        yield running


async def send(client: httpx.AsyncClient, rows: list[dict[str, Any]]) -> Counter[str]:
    """Send some rows singly and the others in batches; count what became of them."""
    alone, together, counts = rows[::20], [row for at, row in enumerate(rows) if at % 20], Counter[str]()
    for row in alone:
        answer = await client.post(PATH, json=row)
        counts[{201: "created", 200: "unchanged"}.get(answer.status_code, answer.text)] += 1
    for start in range(0, len(together), 60):
        answer = await client.post(f"{PATH}/batch", json={"items": together[start : start + 60]})
        counts.update(each["outcome"] for each in answer.json()["results"])
    return counts


async def timeline(client: httpx.AsyncClient, customer: str) -> list[tuple[str, str]]:
    """Return when and what passed between the firm and a customer, newest first."""
    found, path = list[tuple[str, str]](), f"/v1/customers/erp:{customer}/timeline?limit=30"
    while path:
        page = await client.get(path)
        found += [(item["occurred_at"], item["data"]["subject"]) for item in page.json()["items"]]
        path = page.links.get("next", {}).get("url", "")
    return found


async def test_repeats_from_many_writers_are_harmless(
    client: httpx.AsyncClient, interaction: Running, other: Running, peer: Peer
) -> None:
    chance = random.Random(5)  # noqa: S311 - an order to try, not a secret
    people, system = [name() for _ in range(PEOPLE)], name("sys")
    for each in people[::2]:
        peer.put(each)
    whose = [chance.choice(people) for _ in range(CONTACTS)]
    at = [START + timedelta(minutes=number) for number in range(CONTACTS)]
    rows = [
        contact(
            {"system": "erp", "id": whose[number]},
            occurred_at=at[number].isoformat(),
            subject=f"#{number}",
            participants=[{"side": "firm", "role": "agent", "principal": "u-1"}],
            source={"system": system, "id": str(number)},
        )
        for number in range(CONTACTS)
    ]
    repeats = chance.sample(rows, int(CONTACTS * REPEATED))
    sent = rows + repeats
    chance.shuffle(sent)
    parts = [sent[writer::WRITERS] for writer in range(WRITERS)]
    parts[0] += parts[1][:60]  # two writers at once with the same, and a batch that repeats itself
    parts[0] += parts[0][-30:]
    clients = [client, client, other.client(), other.client()]
    counts = sum(await asyncio.gather(*map(send, clients, parts)), Counter[str]())
    assert counts == {"created": CONTACTS, "unchanged": len(repeats) + 90}
    for each in people:
        mine = [number for number in range(CONTACTS) if whose[number] == each]
        assert await timeline(client, each) == [(at[n].isoformat(), f"#{n}") for n in reversed(mine)]
    pool = interaction.database.pool
    ids = [
        row["id"]
        for row in await pool.fetch(
            "select id from interaction.interactions where source_system = $1", system
        )
    ]
    told = await pool.fetch(
        "select count(*) as entries, count(distinct s.id) as records"
        " from interaction.feed, unnest(subjects) as s(id) where s.id = any($1)",
        ids,
    )
    assert [tuple(row) for row in told] == [(CONTACTS, CONTACTS)]
