"""The tracking curve of CDNOW, against its file and the published formula."""

import csv
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import httpx
import numpy as np
import pytest
from scipy.special import hyp2f1

from services.scoring.estimators.bgnbd import BgNbd
from services.scoring.tracking.curve import expected
from services.scoring.tracking.schemas import TrackingCurve
from tests.services.scoring.base import CDNOW, Base, cdnow, customer, order
from tests.services.scoring.charts.rendering import drawn
from tests.services.scoring.test_documented import differences

CUT_OFF, UNTIL = date(1997, 9, 30), date(1998, 6, 30)
PEOPLE = 800


@pytest.fixture(scope="module")
async def run(base: Base) -> dict[str, Any]:
    """Fit to the first 39 weeks; somebody who came later is not tracked."""
    customers, orders = cdnow(PEOPLE)
    late = [order(f"late {day}", "late", f"1997-11-{day}", "9") for day in (10, 20)]
    await base.customers(*customers, customer("late"))
    await base.facts_told(*orders, *late)
    asked = {"as_of": f"{UNTIL}", "fitted_to": f"{CUT_OFF}", "currency": "USD", "estimator": "mbg_nbd"}
    return await base.run(**asked)


def version(run: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in run["estimator_versions"] if one["kind"] == kind)
    return found


async def asked(client: httpx.AsyncClient, of: dict[str, Any], **query: Any) -> Any:
    path = f"/v1/estimators/{of['id']}/tracking-curve"
    return await client.get(path, params={"until": f"{UNTIL}", **query})


def purchase_days() -> dict[str, list[date]]:
    """Read on which days each customer bought, in order."""
    found: dict[str, set[date]] = {}
    for row in csv.DictReader(CDNOW.open()):
        found.setdefault(row["customer_id"], set()).add(date.fromisoformat(row["date"]))
    return {who: sorted(days) for who, days in list(found.items())[:PEOPLE]}


def published(r: float, alpha: float, a: float, b: float, t: float) -> float:
    """Return E[X(t)] of BG/NBD: Fader, Hardie, Lee 2005, equation 9."""
    inside = hyp2f1(r, b, a + b - 1, t / (alpha + t))
    return float((a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * inside))


async def test_it_is_what_the_file_and_the_published_formula_say(
    run: dict[str, Any], client: httpx.AsyncClient
) -> None:
    bg = version(run, "bg_nbd")
    found = (await asked(client, bg)).json()
    bought = purchase_days()
    assert (found["customers"], found["cut_off"], found["until"]) == (PEOPLE, f"{CUT_OFF}", f"{UNTIL}")
    days = [date.fromisoformat(point["until"]) for point in found["points"]]
    assert CUT_OFF in days
    assert {after - before for before, after in pairwise(days)} == {timedelta(days=7)}
    parameters = [bg["parameters"][name] for name in ("r", "alpha", "a", "b")]
    for day, point in list(zip(days, found["points"], strict=True))[::6]:
        repeats = sum(1 for each in bought.values() for one in each[1:] if one <= day)
        weeks = [(day - each[0]).days / 7 for each in bought.values() if each[0] <= day]
        assert point["actual_total"] == repeats
        assert point["expected_total"] == pytest.approx(sum(published(*parameters, t) for t in weeks))
        assert point["held_out"] == (day > CUT_OFF)


async def test_its_parts_add_up_and_its_picture_shows_both_lines(
    run: dict[str, Any], client: httpx.AsyncClient
) -> None:
    answer = await asked(client, version(run, "mbg_nbd"), weeks=4, include="chart")
    found = answer.json()
    assert drawn(found["chart"])["line"] == 2
    points = found["points"]
    for name in ("actual", "expected"):
        assert sum(point[name] for point in points) == pytest.approx(points[-1][f"{name}_total"])
    after = [point for point in points if point["held_out"]]
    held_out = found["held_out"]
    assert held_out["actual"] == sum(point["actual"] for point in after)
    assert held_out["bias"] == pytest.approx(held_out["expected"] / held_out["actual"] - 1)
    assert abs(held_out["bias"]) < 0.25
    found["chart"] = None  # whose members are Vega-Lite's
    assert not differences(found, TrackingCurve)


async def test_what_has_no_curve_says_so(run: dict[str, Any], client: httpx.AsyncClient) -> None:
    of_money = (await asked(client, version(run, "gamma_gamma"), include="chart")).json()
    assert {point["expected_total"] for point in of_money["points"]} == {None}
    assert of_money["points"][-1]["actual_total"] > 0
    assert (of_money["held_out"]["expected"], of_money["held_out"]["bias"]) == (None, None)
    assert drawn(of_money["chart"])["line"] == 1
    assert (await asked(client, {"id": "01900000-0000-7000-8000-000000000000"})).status_code == 404
    answer = await asked(client, version(run, "bg_nbd"), until="1997-09-29")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "until")


def test_what_customers_of_many_days_are_expected_to_buy() -> None:
    timing = BgNbd(0.243, 4.414, 0.793, 2.426)
    born = np.array([3, 0, 2, 0, 0, 0, 0, 1])
    whole = expected(timing, born)
    one_by_one = [
        sum(float(timing.expected_new((day - at) / 7)) * count for at, count in enumerate(born[: day + 1]))
        for day in range(len(born))
    ]
    assert whole == pytest.approx(one_by_one)
