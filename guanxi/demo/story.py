"""Owns the course of the demo: load, wait until all has arrived, score, tell."""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from guanxi.demo import report
from guanxi.demo.api import Api, DemoError
from guanxi.demo.purchases import CURRENCY, SYSTEM, Purchases, Row, batches

RUN = {
    "as_of": "1998-06-30",
    "fitted_to": "1997-09-30",
    "fitted_on": {"identity_system": SYSTEM},
    "currency": CURRENCY,
    "estimator": "mbg_nbd",
}
STALLED_S = 180.0  # without any progress, waiting has no point
ATTEMPTS = 100
Say = Callable[[str], object]


async def run(address: str, key: str, say: Say) -> None:
    """Tell the whole story at a running system; DemoError when it cannot be told.

    All of it may be repeated: what is there already is left as it is, and the same figures come out.
    """
    purchases = Purchases.read()
    async with Api(address, key) as api:
        await _load(api, say, "customers", purchases.customers)
        await _load(api, say, "orders", purchases.orders)
        await _arrival(api, say, purchases)
        done, tiers = await _scored(api, say, purchases)
        for line in (*report.fits(done["estimator_versions"]), "", *report.pyramid(tiers), ""):
            say(line)
        scores = (await api.get("/v1/scores", limit=10))["items"]
        names = {one["customer_id"]: await _name(api, one["customer_id"]) for one in scores}
        for line in report.best(scores, names):
            say(line)
        await _warn(api, say, purchases)


async def _load(api: Api, say: Say, what: str, rows: Sequence[Row]) -> None:
    """Upsert rows in batches; a batch whose answer was lost is simply sent again."""
    outcomes = Counter[str]()
    for batch in batches(rows):
        answer = await api.post(f"/v1/{what}/batch", {"mode": "upsert", "items": batch})
        _refuse_rejected(answer)
        outcomes.update(answer["counts"])
        told = ", ".join(f"{number:,} {outcome}" for outcome, number in outcomes.items() if number)
        say(f"{what}: {outcomes.total():,} of {len(rows):,} sent ({told})")


def _refuse_rejected(answer: Mapping[str, Any]) -> None:
    rejected = [result for result in answer["results"] if result["outcome"] == "rejected"]
    if rejected:
        raise DemoError(f"{len(rejected)} rows were rejected, the first with {rejected[0]['problem']}")


async def _arrival(api: Api, say: Say, purchases: Purchases) -> None:
    """Wait until scoring has every customer and order, to the cent."""
    wanted = {
        "customers": len(purchases.customers),
        "orders": len(purchases.orders),
        "money": purchases.money,
    }
    before, moved = None, time.monotonic()
    while (status := await _status(api)) != wanted:
        if status != before:
            before, moved = status, time.monotonic()
            say(f"scoring has {status['customers']:,} customers and {status['orders']:,} orders")
        elif time.monotonic() - moved > STALLED_S:
            raise DemoError(f"scoring stays at {status}, and should have {wanted}")
        await asyncio.sleep(0.3)
    say(f"scoring has all {wanted['orders']:,} orders, {wanted['money']:,} {CURRENCY} in sum")


async def _status(api: Api) -> dict[str, Any]:
    told = await api.get("/v1/scoring-status", identity_system=SYSTEM)
    money = [Decimal(one["amount"]) for one in told["money"] if one["currency"] == CURRENCY]
    return {"customers": told["customers"], "orders": told["orders"], "money": sum(money, Decimal())}


async def _scored(api: Api, say: Say, purchases: Purchases) -> tuple[Any, Any]:
    """Return the run whose scores are the current ones, and the pyramid; made once for the same purchases.

    Its Idempotency-Key is made of what it depends on, so that repeating the demo finds the run of the first
    time; a number goes on where that run failed, or where another one has scored everybody since.
    """
    about = json.dumps([RUN, len(purchases.orders), str(purchases.money)], sort_keys=True)
    name = hashlib.sha256(about.encode()).hexdigest()[:32]
    for attempt in count(1):
        asked = await api.post("/v1/scoring-runs", RUN, key=f"demo-{name}-{attempt}")
        done = await _finished(api, say, asked["id"])
        tiers = await api.get("/v1/tiers")
        if done["status"] == "done" and tiers["run_id"] == done["id"]:
            return done, tiers
        if attempt == ATTEMPTS:
            break
    raise DemoError(f"the scoring run ended as {done['status']}: {done['error']}")


async def _finished(api: Api, say: Say, run_id: str) -> Any:  # noqa: ANN401 - a run
    shown = None
    while True:
        state = await api.get(f"/v1/scoring-runs/{run_id}")
        told = f"scoring run: {state['status']}, {state['progress']:.0%}"
        if told != shown:
            shown = told
            say(told)
        if state["status"] in {"done", "failed", "cancelled"}:
            return state
        await asyncio.sleep(0.3)


async def _name(api: Api, customer_id: str) -> str:
    return str((await api.get(f"/v1/customers/{customer_id}"))["name"])


async def _warn(api: Api, say: Say, purchases: Purchases) -> None:
    """Say so when the system holds others, who are now scored as of 1998 as well."""
    others = (await api.get("/v1/scoring-status"))["orders"] - len(purchases.orders)
    if others > 0:
        say("")
        say(f"This system holds {others:,} orders of others. They, too, are scored as of {RUN['as_of']} now;")
        say('to return to the present: POST /v1/scoring-runs with {"estimator": "mbg_nbd"}.')
