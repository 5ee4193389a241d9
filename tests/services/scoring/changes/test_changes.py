"""What changed a score between two days, and what would change it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.services.scoring.base import Base, cdnow, id_of, order
from tests.services.scoring.explanations.test_explanations import amount, get

NOON = datetime(1998, 6, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def scored(base: Base) -> Base:
    """300 customers; runs on 1998-06-20 and 1998-07-10, an order on the 1st of July in between."""
    base.at(NOON)
    customers, orders = cdnow(300, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    await base.run()
    base.at(NOON + timedelta(11))
    await base.facts_told(order("between", "00004", "1998-07-01", "80.00", currency="CNY"))
    await base.settle()
    base.at(NOON + timedelta(20))
    assert (await base.run())["predicts"] is True
    return base


def adds_up(change: dict[str, Any]) -> dict[str, float]:
    """Check that the parts are the whole, and return them."""
    ends = [amount(change[end]["value"]) for end in ("since", "until")]
    parts = {name: amount(part) for name, part in change["parts"].items()}
    close = 1e-9 * max(map(abs, ends))
    assert abs(sum(parts.values()) - (ends[1] - ends[0])) <= close
    assert abs(amount(change["difference"]) - (ends[1] - ends[0])) <= close
    return parts


async def test_a_change_is_time_data_and_parameters(scored: Base, client: httpx.AsyncClient) -> None:
    change = await get(client, "cdnow:00004/change", since="1998-06-20", until="1998-07-10")
    for end, day in (("since", "1998-06-20"), ("until", "1998-07-10")):
        score = await get(client, "cdnow:00004", as_of=day)
        assert amount(change[end]["value"]) == pytest.approx(
            amount(score["prediction"]["value_12m"]), rel=1e-6
        )
    parts = adds_up(change)
    assert parts["time"] < 0 < parts["data"]
    assert parts["parameters"] != 0
    assert [each["id"] for each in change["facts"]] == [str(id_of("between"))]
    assert {"last_day", "purchase_days", "realized"} <= {each["name"] for each in change["statistics"]}


async def test_who_bought_nothing_changed_by_time_and_parameters(
    scored: Base, client: httpx.AsyncClient
) -> None:
    change = await get(client, "cdnow:00021/change", since="1998-06-20")
    parts = adds_up(change)
    assert (parts["data"], change["facts"], change["statistics"]) == (0, [], [])
    assert parts["time"] < 0
    same = await get(client, "cdnow:00021/change", since="1998-06-25", until="1998-06-30")
    assert adds_up(same)["parameters"] == 0  # no run in between


async def test_from_before_anything_was_said_all_is_new_data(scored: Base, client: httpx.AsyncClient) -> None:
    change = await get(client, "cdnow:00004/change", since="1998-01-01")
    assert change["since"]["said_on"] is None
    parts = adds_up(change)
    assert (parts["time"], parts["parameters"]) == (0, 0)


async def test_silence_lowers_and_an_order_raises(scored: Base, client: httpx.AsyncClient) -> None:
    silent = await get(client, "cdnow:00004/what-if", days_without_order=30)
    assert silent["then"]["as_of"] == "1998-08-09"
    assert silent["then"]["p_alive"] < silent["now"]["p_alive"]
    more = await get(client, "cdnow:00004/what-if", order_today="80.00")
    assert amount(more["difference"]) > 0 > amount(silent["difference"])
    for each in (silent, more):
        shares = sum(amount(part["contribution"]) for part in each["factors"])
        assert shares == pytest.approx(amount(each["difference"]), rel=1e-9)


async def test_nothing_supposed_is_the_score_as_it_is(scored: Base, client: httpx.AsyncClient) -> None:
    found = await get(client, "cdnow:00004/what-if")
    assert found["now"] == found["then"]
    assert amount(found["difference"]) == 0


async def test_what_was_supposed_is_what_comes(scored: Base, client: httpx.AsyncClient) -> None:
    supposed = await get(client, "cdnow:00050/what-if", days_without_order=3, order_today="25.50")
    scored.at(NOON + timedelta(23))
    await scored.facts_told(order("comes", "00050", "1998-07-13", "25.50", currency="CNY"))
    await scored.settle()
    score = await get(client, "cdnow:00050")
    assert score["as_of"] == supposed["then"]["as_of"]
    assert score["tier"] == supposed["then"]["tier"]
    for name, other in (("value", "value_12m"), ("p10", "p10"), ("p90", "p90")):
        found = amount(score["prediction"][other])
        assert amount(supposed["then"][name]) == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("what-if?days_without_order=4000", "days_without_order"),
        ("what-if?days_without_order=-1", "days_without_order"),
        ("what-if?order_today=0", "order_today"),
        ("what-if?order_today=-3", "order_today"),
        ("what-if?order_today=2000000000", "order_today"),
        ("change?since=1998-07-02&until=1998-07-01", "since"),
        ("change", "since"),
    ],
)
async def test_what_cannot_be_supposed_is_refused(
    scored: Base, client: httpx.AsyncClient, query: str, parameter: str
) -> None:
    answer = await client.get(f"/v1/scores/cdnow:00004/{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["parameter"] == parameter
