"""What was said of a customer stays readable: as of any day, through corrections, merges and undos."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from feed.consumer import Received
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, cdnow, customer, id_of, order

NOON = datetime(1998, 6, 29, 12, tzinfo=UTC)
KEPT = "select count(*) from scoring.score_history where as_of = $1"


def on(day: int) -> datetime:
    """Return noon, so many days after the first run."""
    return NOON + timedelta(day)


@pytest.fixture(scope="module")
async def scored(base: Base) -> Base:
    """300 customers, and an unpinned run on 1998-06-29."""
    base.at(NOON)
    customers, orders = cdnow(300, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    run = await base.run()
    assert (run["as_of"], run["predicts"]) == ("1998-06-29", True)
    await base.settle()
    return base


async def score(client: httpx.AsyncClient, name: str, day: str | None = None) -> dict[str, Any]:
    params = {} if day is None else {"as_of": day}
    answer = await client.get(f"/v1/scores/{name}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def history(client: httpx.AsyncClient, name: str, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/scores/{name}/history", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def kept(base: Base, day: datetime) -> int:
    return int(await base.scoring.database.pool.fetchval(KEPT, day.date()))


async def test_everybody_is_kept_at_first_and_at_the_end_of_a_month(scored: Base) -> None:
    assert await kept(scored, on(0)) == 300
    scored.at(on(1))  # the last day of June
    await scored.run()
    assert await kept(scored, on(1)) == 300
    scored.at(on(2))  # nothing was bought: a day's silence moves hardly anybody by 5 %
    await scored.run()
    assert await kept(scored, on(2)) < 30
    scored.at(on(40))  # no run was there at the end of July
    await scored.run()
    assert await kept(scored, on(40)) == 300


async def test_a_correction_does_not_change_what_was_said(scored: Base, client: httpx.AsyncClient) -> None:
    scored.at(on(41))
    await scored.facts_told(order("fix", "00004", "1998-08-09", "50.00", currency="CNY"))
    await scored.settle()
    first = await score(client, "cdnow:00004")
    scored.at(on(43))
    await scored.facts_told(order("fix", "00004", "1998-08-09", "80.00", currency="CNY", version=2))
    await scored.settle()
    now = await score(client, "cdnow:00004")
    assert float(now["realized"]["amount"]) == float(first["realized"]["amount"]) + 30
    assert await score(client, "cdnow:00004", "1998-08-09") == first
    assert await score(client, "cdnow:00004", "1998-08-10") == first
    assert await score(client, "cdnow:00004", "1998-08-11") == now
    told = await history(client, "cdnow:00004")
    assert [each["as_of"] for each in told[:2]] == ["1998-08-11", "1998-08-09"]
    assert {**told[0], **now} == told[0]


async def test_before_anything_was_said_the_answer_has_no_run(
    scored: Base, client: httpx.AsyncClient
) -> None:
    early = await score(client, "cdnow:00111", "1997-03-01")
    assert (early["run_id"], early["version"], early["as_of"]) == (None, None, "1997-03-01")
    assert early["prediction"] is None
    assert early["purchase_days"] > 0


async def test_a_merge_ends_one_account_and_an_undo_begins_it_again(
    scored: Base, client: httpx.AsyncClient
) -> None:
    """Rows stay under the id that had the score; who reads any of the ids reads them together."""
    one, other = id_of("00021"), id_of("00050")

    async def told(day: int, *entries: Received) -> None:
        scored.at(on(day))
        await scored.customers(*entries)
        await scored.settle()

    before = [await score(client, f"cdnow:{name}") for name in ("00021", "00050")]
    names = [{"system": "cdnow", "kind": "", "id": name} for name in ("00021", "00050")]
    whole = customer("00021", 2, identities=names, merged_ids=[str(other)])
    await told(50, whole, customer("00050", 2, gone=True))
    both = await score(client, str(other))
    assert both["purchase_days"] >= max(each["purchase_days"] for each in before)
    rows = await history(client, str(other))
    assert rows == await history(client, str(one))
    assert {row["customer_id"] for row in rows} == {str(one), str(other)}
    assert [(row["customer_id"], row["ended"]) for row in rows[:2]] == [
        (str(one), False),
        (str(other), True),
    ]
    assert await score(client, str(other), "1998-08-17") == before[0]
    assert await score(client, str(other), "1998-08-18") == both
    await told(60, customer("00021", 3), customer("00050", 3))
    apart = [await score(client, f"cdnow:{name}") for name in ("00021", "00050")]
    assert [each["purchase_days"] for each in apart] == [each["purchase_days"] for each in before]
    rows = await history(client, str(other))
    assert {row["customer_id"] for row in rows} == {str(other)}
    assert [row["ended"] for row in rows[:3]] == [False, True, False]
    absent = await score(client, str(other), "1998-08-20")
    assert absent["run_id"] is None
    assert await score(client, str(other), "1998-08-17") == before[1]


async def test_who_is_deleted_has_no_history_and_who_comes_back_has_it_again(
    scored: Base, client: httpx.AsyncClient
) -> None:
    rows = await history(client, "cdnow:00071")
    await scored.customers(customer("00071", 2, gone=True))
    await scored.settle()
    assert (await client.get(f"/v1/scores/{id_of('00071')}/history")).status_code == 404
    await scored.customers(customer("00071", 3))
    await scored.settle()
    again = await history(client, "cdnow:00071")
    assert [row["ended"] for row in again[:2]] == [False, True]
    assert again[2:] == rows


async def test_whose_customer_is_not_seen_has_no_history(scored: Base) -> None:
    await scored.customers(customer("00086", 2, owner="u-1"))
    answers = {}
    for person in ("u-1", "u-2"):
        principal = Principal(person, frozenset(("scores:read",)), visibility=Visibility.OWN, source="test")
        async with scored.scoring.client(principal) as client:
            at = "/v1/scores/cdnow:00086"
            calls = [await client.get(f"{at}/history"), await client.get(at, params={"as_of": "1998-07-15"})]
            answers[person] = [call.status_code for call in calls]
    assert answers == {"u-1": [200, 200], "u-2": [404, 404]}


async def test_pages_give_every_row_once(scored: Base, client: httpx.AsyncClient) -> None:
    whole, paged, at = await history(client, "cdnow:00050"), [], "/v1/scores/cdnow:00050/history?limit=2"
    while at:
        answer = await client.get(at)
        paged += answer.json()["items"]
        at = answer.links["next"]["url"] if "next" in answer.links else ""
    assert paged == whole
    assert len(whole) > 2


async def test_a_pinned_run_tells_of_its_day_and_changes_no_later_one(
    scored: Base, client: httpx.AsyncClient
) -> None:
    """It is read as of its day; what had been said of later days stays."""
    late = await score(client, "cdnow:00111", "1998-07-02")
    await scored.run(as_of="1998-03-31")
    pinned = await score(client, "cdnow:00111")
    assert pinned["as_of"] == "1998-03-31"
    assert await score(client, "cdnow:00111", "1998-04-15") == pinned
    assert await score(client, "cdnow:00111", "1998-07-02") == late
