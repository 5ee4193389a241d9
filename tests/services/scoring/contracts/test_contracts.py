"""Contracts over HTTP: their survival, beside what can be counted by hand, and what is still expected."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaln

from services.scoring.contracts.schemas import ContractPage, ContractSurvival
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, customer, id_of, order, product
from tests.services.scoring.charts.rendering import drawn
from tests.services.scoring.test_documented import differences

FIRST = date(2025, 10, 1)
# After each renewal a fifth of the customers of Fader, Hardie 2007 (the regular group), to the fourth one.
LEFT = (200, 126, 94, 76, 65)
ASKED = {"category": "plans", "as_of": "2026-02-10", "period_days": 30, "grace_days": 10}


@pytest.fixture(scope="module")
async def subscribed(base: Base) -> Base:
    """Customers who paid for a plan every 30 days until they left; one came back after a year."""
    people, paid = [], []
    for number in range(LEFT[0]):
        name, renewals = f"c-{number}", sum(number < left for left in LEFT) - 1
        people.append(customer(name, owner="u-1" if number < 40 else "u-2"))
        paid += [_paid(name, FIRST + timedelta(30 * at)) for at in range(renewals + 1)]
    paid += [_paid("c-0", FIRST + timedelta(4)), _paid("c-0", FIRST - timedelta(400), "7.00")]
    await base.customers(*people)
    await base.facts_told(product("plan", category="plans"), product("mug", category="things"), *paid)
    await base.count()
    return base


def _paid(who: str, day: date, amount: str = "20.00") -> Any:
    lines = [
        {"line": 1, "product_id": str(id_of("plan")), "quantity": "1", "amount": amount},
        {"line": 2, "product_id": str(id_of("mug")), "quantity": "1", "amount": "5.00"},
    ]
    return order(f"{who} {day}", who, day.isoformat(), amount, currency="CNY", lines=lines)


async def asked(client: httpx.AsyncClient, path: str = "", **more: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/contracts{path}", params={**ASKED, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def likeliest() -> tuple[float, float]:
    """Find α and β by a search that knows nothing of ours: who left, and at which renewal."""
    lost = [before - after for before, after in pairwise(LEFT)]
    lost[0] += 1  # the old contract of the one who came back

    def off(logs: Any) -> float:
        a, b = np.exp(logs)
        parts = [n * (betaln(a + 1, b + t) - betaln(a, b)) for t, n in enumerate(lost)]
        return -float(sum(parts) + LEFT[-1] * (betaln(a, b + len(lost)) - betaln(a, b)))

    found = minimize(off, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12})
    a, b = np.exp(found.x)
    return float(a), float(b)


async def test_survival_is_what_can_be_counted(subscribed: Base, client: httpx.AsyncClient) -> None:
    found = await asked(client, "/survival", include="chart")
    assert (found["contracts"], found["ended"]) == (201, 201 - 65)
    n = 201
    for point, left in zip(found["points"], (201, *LEFT[1:]), strict=False):
        share = left / n  # nobody's end is unknown before the fourth renewal: Greenwood's is the binomial
        assert point["share"] == pytest.approx(share, rel=1e-12)
        reach = 1.959964 * (share * (1 - share) / n) ** 0.5
        assert point["low"] == pytest.approx(share - reach, abs=1e-6)
        assert point["high"] == pytest.approx(min(share + reach, 1), abs=1e-6)
    alpha, beta = likeliest()
    assert found["fit"]["status"] == "ok"
    assert found["fit"]["parameters"] == pytest.approx({"alpha": alpha, "beta": beta}, rel=1e-5)
    retention = [beta / (alpha + beta), (beta + 1) / (alpha + beta + 1)]
    assert [point["retention"] for point in found["points"][1:3]] == pytest.approx(retention, rel=1e-5)
    assert found["points"][2]["fitted"] == pytest.approx(retention[0] * retention[1], rel=1e-5)
    assert found["points"][-1]["share"] is None, "beyond what was seen"
    assert drawn(found["chart"])["line"] >= 1
    assert differences(found, ContractSurvival) <= {""} | {
        path for path in differences(found, ContractSurvival) if path.startswith("/chart")
    }


async def test_what_is_still_to_come_is_the_sum_of_what_may_come(
    subscribed: Base, client: httpx.AsyncClient
) -> None:
    items = {one["customer_id"]: one for one in (await asked(client, limit=1000, discount=0.2))["items"]}
    assert len(items) == 200
    alpha, beta = likeliest()
    stays, gone = items[str(id_of("c-1"))], items[str(id_of("c-150"))]
    assert (stays["renewals"], stays["ended_on"], stays["renews_on"]) == (4, None, "2026-02-28")
    assert stays["p_renews"] == pytest.approx((beta + 4) / (alpha + beta + 4), rel=1e-5)
    later = np.arange(1, 4000)
    there = np.exp(betaln(alpha, beta + 4 + later) - betaln(alpha, beta + 4))
    weights = 1.2 ** (-(later - 1) * 30 / 365)
    assert stays["discounted_renewals"] == pytest.approx(float(there @ weights), rel=1e-4)
    assert float(stays["residual_value"]["amount"]) == pytest.approx(20 * float(there @ weights), abs=0.02)
    assert (gone["renewals"], gone["ended_on"], gone["discounted_renewals"]) == (0, "2025-10-31", 0)
    back = items[str(id_of("c-0"))]
    assert (back["started_on"], back["renewals"]) == ("2025-10-01", 4), "an extra order is no renewal"
    assert back["paid_per_period"]["amount"] == "24.00"


async def test_pages_are_by_customer_and_what_is_not_seen_is_not_counted(
    subscribed: Base, client: httpx.AsyncClient
) -> None:
    page = await asked(client, limit=150)
    assert not differences(page, ContractPage)
    rest = await asked(client, limit=150, cursor=page["next"])
    ids = [UUID(one["customer_id"]) for one in (*page["items"], *rest["items"])]
    assert (ids, rest["next"]) == (sorted({id_of(f"c-{number}") for number in range(200)}), None)
    one = Principal("u-1", frozenset({"scores:read"}), visibility=Visibility.OWN)
    mine = await asked(subscribed.scoring.client(one), "/survival")
    assert (mine["contracts"], mine["fit"]["status"]) == (41, "not_enough_data")


async def test_it_is_over_a_category_a_product_or_all(subscribed: Base, client: httpx.AsyncClient) -> None:
    for sold, contracts in (({"product": str(id_of("plan"))}, 201), ({"category": None}, 201)):
        params = {name: value for name, value in {**ASKED, **sold}.items() if value is not None}
        answer = await client.get("/v1/contracts/survival", params=params)
        assert answer.json()["contracts"] == contracts
    empty = await asked(client, "/survival", category="nothing")
    assert (empty["contracts"], empty["fit"]["status"]) == (0, "not_enough_data")
    assert (await asked(client, category="nothing"))["items"] == []
    for wrong in ({"period_days": 0}, {"as_of": "soon"}, {"product": "mug"}):
        refused = await client.get("/v1/contracts", params={**ASKED, **wrong})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["parameter"] in wrong
