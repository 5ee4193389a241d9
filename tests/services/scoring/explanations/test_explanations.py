"""Why a score is what it is: factors, plain rules and facts, for the present and for any past day."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, cdnow, customer, id_of, order

NOON = datetime(1998, 6, 29, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def scored(base: Base) -> Base:
    """300 customers, some costs known, and an unpinned run on 1998-06-29."""
    base.at(NOON)
    customers, orders = cdnow(300, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    await base.facts_told(order("costed", "00004", "1998-05-17", "60.00", currency="CNY", cost="75.00"))
    await base.facts_told(order("usual", "00021", "1998-05-18", "60.00", currency="CNY", cost="15.00"))
    assert (await base.run())["predicts"] is True
    await base.settle()
    return base


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/scores/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def amount(money: dict[str, str]) -> float:
    return float(money["amount"])


@pytest.mark.parametrize("name", ["00004", "00021", "00050", "00111"])
async def test_factors_multiply_and_their_shares_sum(
    scored: Base, client: httpx.AsyncClient, name: str
) -> None:
    """Of customers with a loss, a margin of their own, and the firm's."""
    score, why = await get(client, f"cdnow:{name}"), await get(client, f"cdnow:{name}/explanation")
    value, population = amount(why["value"]), amount(why["population"])
    close = 1e-9 * max(abs(value), abs(population))
    assert value == pytest.approx(float(score["prediction"]["value_12m"]["amount"]), rel=1e-9)
    assert math.prod(each["factor"] for each in why["factors"]) == pytest.approx(value, rel=1e-9)
    assert math.prod(each["population"] for each in why["factors"]) == pytest.approx(population, rel=1e-9)
    assert abs(sum(amount(each["contribution"]) for each in why["factors"]) - (value - population)) < close
    assert abs(amount(why["difference"]) - (value - population)) < close
    assert (value < 0) == (name == "00004")
    assert (why["reproduction"]["equal"], why["reproduction"]["exact"]) == (True, True)
    assert {each["kind"] for each in why["reproduction"]["estimators"]} == {"mbg_nbd", "gamma_gamma"}
    assert why["since"] == {"statistics": [], "facts": []}


async def test_rules_say_what_the_facts_say(scored: Base, client: httpx.AsyncClient) -> None:
    why = await get(client, "cdnow:00004/explanation")
    facts = (await get(client, "cdnow:00004/facts"))["items"]
    said = {each["rule"]: each for each in why["rules"]}
    assert said["recency"]["figures"]["days_silent"] == (NOON.date() - datetime(1998, 5, 17).date()).days  # noqa: DTZ001 - a day
    assert said["recency"]["facts"] == [f"/v1/orders/{id_of('costed')}"]
    assert said["frequency"]["figures"]["purchase_days"] == len({each["day"] for each in facts})
    later = [float(each["amount"]["amount"]) for each in facts if each["day"] != facts[-1]["day"]]
    spend = said["spend"]["figures"]
    assert spend["mean_repeat_spend"] * spend["repeat_days"] == pytest.approx(sum(later))
    assert said["margin"]["figures"]["margin_rate"] == pytest.approx(1 - 75 / 60)
    assert all(each["text"] for each in why["rules"])
    assert [each["href"] for each in facts if each["id"] == str(id_of("costed"))] == said["recency"]["facts"]


async def test_facts_come_in_pages(scored: Base, client: httpx.AsyncClient) -> None:
    whole = (await get(client, "cdnow:00021/facts"))["items"]
    paged, at = [], "/v1/scores/cdnow:00021/facts?limit=2&kind=order"
    while at:
        answer = await client.get(at)
        paged += answer.json()["items"]
        at = answer.links["next"]["url"] if "next" in answer.links else ""
    assert paged == whole
    assert len(whole) > 2
    assert (await get(client, "cdnow:00021/facts", kind="payment"))["items"] == []


async def test_a_past_score_is_reproduced_and_what_was_corrected_since_is_named(
    scored: Base, client: httpx.AsyncClient
) -> None:
    scored.at(NOON + timedelta(1))
    before = await get(client, "cdnow:00111/explanation")
    fixed = order("late", "00111", "1998-06-22", "44.00", currency="CNY")
    await scored.facts_told(fixed)
    await scored.settle()
    await scored.run()
    then = await get(client, "cdnow:00111/explanation", as_of="1998-06-29")
    for key in set(before) - {"since"}:
        assert then[key] == before[key], key
    changed = {each["name"]: each for each in then["since"]["statistics"]}
    assert changed["realized"]["now"] - changed["realized"]["then"] == pytest.approx(44)
    assert changed["last_day"]["now"] == "1998-06-22"
    assert [each["id"] for each in then["since"]["facts"]] == [str(id_of("late"))]
    now = await get(client, "cdnow:00111/explanation")
    assert (now["since"]["facts"], now["reproduction"]["equal"]) == ([], True)


async def test_every_kept_score_is_reproduced(scored: Base, client: httpx.AsyncClient) -> None:
    pool = scored.scoring.database.pool
    rows = await pool.fetch("select customer_id, as_of from scoring.score_history order by 1, 2 limit 40")
    for row in rows:
        why = await get(client, f"{row['customer_id']}/explanation", as_of=row["as_of"].isoformat())
        assert why["reproduction"]["equal"], row


async def test_where_nothing_was_said_nothing_is_explained(scored: Base, client: httpx.AsyncClient) -> None:
    await scored.customers(customer("silent"))
    for path in ("cdnow:silent/explanation", "cdnow:00004/explanation?as_of=1996-01-01"):
        answer = await client.get(f"/v1/scores/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_said")


async def test_whose_customer_is_not_seen_gets_no_reason(scored: Base) -> None:
    await scored.customers(customer("00086", 2, owner="u-1"))
    asked = ("explanation", "facts", "change?since=1998-06-29", "what-if?days_without_order=9")
    for person, status in (("u-1", 200), ("u-2", 404)):
        principal = Principal(person, frozenset(("scores:read",)), visibility=Visibility.OWN, source="test")
        async with scored.scoring.client(principal) as client:
            answers = [await client.get(f"/v1/scores/cdnow:00086/{each}") for each in asked]
            assert [answer.status_code for answer in answers] == [status] * 4
