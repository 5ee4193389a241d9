"""The past: a customer as it was at any time, byte for byte as it was read then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.auth import Visibility
from shared.diff import changes, undone
from tests.services.customer.conftest import Create
from tests.support.running import ANYBODY, Running

START = datetime(2026, 1, 1, tzinfo=UTC)
PATCHES: list[dict[str, Any]] = [
    {"region": "East", "attributes": {"a": 1, "b": {"c": [1]}}},
    {"owner": None, "attributes": {"a": None, "b.d": 2}},
    {"contact_points": [{"type": "email", "value": "a@b.cn"}], "tags": ["x"]},
    {"attributes": None, "acquisition": {"source": "fair", "cost": {"amount": "1.50", "currency": "CNY"}}},
    {"kind": "organization", "addresses": [{"lines": ["1 Main St"]}], "name": "Other"},
]


async def grown(customer: Running, client: httpx.AsyncClient, create: Create) -> list[dict[str, Any]]:
    """Return what a customer was read as, an hour after hour."""
    held, clock = customer.core, customer.core.clock
    try:
        held.clock = lambda: START
        states = [await create(owner="u-1")]
        for hour, patch in enumerate(PATCHES, 1):
            held.clock = lambda hour=hour: START + timedelta(hours=hour)  # type: ignore[misc]  # bound at once
            path = f"/v1/customers/{states[0]['id']}"
            changed = await client.patch(path, json=patch, headers={"If-Match": f'"{hour}"'})
            assert changed.status_code == 200, changed.text
            states.append(changed.json())
    finally:
        held.clock = clock
    return states


async def test_every_state_is_read_again(
    customer: Running, client: httpx.AsyncClient, create: Create
) -> None:
    states = await grown(customer, client, create)
    path = f"/v1/customers/{states[0]['id']}/as-of"
    for hour, state in enumerate(states):
        for minutes in (0, 30, 59):
            at = START + timedelta(hours=hour, minutes=minutes)
            read = await client.get(path, params={"at": at.isoformat()})
            assert (read.status_code, read.json()) == (200, state), at
    assert (await client.get(path)).json() == states[-1]
    before = START - timedelta(microseconds=1)
    early = await client.get(path, params={"at": before.isoformat()})
    assert (early.status_code, early.json()["code"]) == (404, "not_found")
    assert (await client.get(path, params={"at": "yesterday"})).status_code == 422


async def test_the_past_is_masked_and_hidden_as_the_present(
    customer: Running, client: httpx.AsyncClient, create: Create
) -> None:
    states = await grown(customer, client, create)
    path = f"/v1/customers/{states[0]['id']}/as-of"
    async with customer.client(replace(ANYBODY, personal=False)) as clerk:
        then = START + timedelta(hours=1)
        read = (await clerk.get(path, params={"at": then.isoformat()})).json()
        masked = ["contact_points", "addresses", "attributes"]
        assert read == {**states[1], **dict.fromkeys(masked), "masked": masked}
    async with customer.client(replace(ANYBODY, id="u-1", visibility=Visibility.OWN)) as former:
        assert (await former.get(path, params={"at": START.isoformat()})).status_code == 404


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {"name": VALUES, "tags": st.lists(VALUES, max_size=2)},
    optional={},
).flatmap(
    lambda plain: st.dictionaries(
        st.text(min_size=1, max_size=3), VALUES.filter(lambda v: v is not None)
    ).map(lambda attributes: {**plain, "attributes": attributes})
)


@given(DOCUMENTS, DOCUMENTS)
@settings(max_examples=200)
def test_what_was_changed_is_undone(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert undone(after, changes(before, after)) == before
