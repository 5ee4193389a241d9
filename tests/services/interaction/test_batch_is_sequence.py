"""A batch does what its rows would do one after the other; rows and records are generated."""

from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.interaction.records.schemas import BatchMode
from tests.services.interaction.conftest import name

PATH = "/v1/orders/batch"
AMOUNTS = st.sampled_from(["1", "1.00", "2.5"])
LINES = st.lists(st.fixed_dictionaries({"amount": AMOUNTS}), min_size=0, max_size=2)
ROW = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["a", "b", "c"]),
        "customer": st.sampled_from(["x", "y"]),
        "placed_at": st.sampled_from(
            ["2026-03-01T00:00:00Z", "2026-03-01T08:00:00+08:00", "2026-03-02T00:00:00Z"]
        ),
        "currency": st.sampled_from(["CNY", "USD", "yuan"]),
        "status": st.sampled_from(["draft", "shipped", None]),
        "region": st.sampled_from(["East", None]),
        "lines": LINES,
        "if_version": st.integers(1, 3),
    },
)
WHOLE = {"customer": "x", "placed_at": "2026-03-01T00:00:00Z", "currency": "CNY", "lines": [{"amount": "1"}]}
ROWS = st.lists(ROW | ROW.map(lambda row: WHOLE | row), min_size=1, max_size=8)


def told(row: dict[str, Any], world: str) -> dict[str, Any]:
    """A generated row, in a world of names of its own."""
    named = {field: {"system": world, "id": row[field]} for field in ("source", "customer") if field in row}
    return row | named


async def run(client: httpx.AsyncClient, rows: list[dict[str, Any]], mode: BatchMode, size: int) -> Any:
    """What becomes of the rows in batches of a size, and the orders that are left."""
    world, ids = name("w"), list[str]()
    items, results = [told(row, world) for row in rows], []
    for start in range(0, len(items), size):
        answer = await client.post(PATH, json={"items": items[start : start + size], "mode": mode})
        assert answer.status_code == 200, answer.text
        results += answer.json()["results"]
    ids = [each["id"] for each in results]
    outcomes = [
        (
            each["outcome"],
            each["version"],
            ids.index(each["id"]) if each["id"] else None,
            _said(each["problem"]),
        )
        for each in results
    ]
    left = [(await client.get(f"/v1/orders/{each}")).json() for each in dict.fromkeys(ids) if each]
    ours = ("version", "placed_at", "currency", "status", "region", "lines", "total")
    return outcomes, [{field: each[field] for field in ours} for each in left]


def _said(problem: dict[str, Any] | None) -> Any:
    return problem and (problem["code"], problem["errors"], problem.get("current_version"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, mode=st.sampled_from(BatchMode))
async def test_a_batch_is_the_sequence_of_its_rows(
    client: httpx.AsyncClient, rows: list[dict[str, Any]], mode: BatchMode
) -> None:
    together = await run(client, rows, mode, len(rows))
    assert together == await run(client, rows, mode, 1)
