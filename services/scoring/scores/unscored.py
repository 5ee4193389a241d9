"""The answer about a customer whom no run and no later scoring has covered: realized value, no prediction."""

from datetime import date
from typing import Any
from uuid import UUID

from services.scoring.runs.queries import NEWEST
from services.scoring.scores.schemas import Reason, Segment, Tier
from services.scoring.states.histories import AFTER, of_some
from shared.statements import Runner


async def unscored(
    on: Runner, customer: UUID, *, today: date, currency: str, then: date | None = None
) -> dict[str, Any]:
    """Return ScoreRead as of `then`, or the newest run's day, in its currency.

    Without a run as of `today` and in `currency`.
    """
    run = await NEWEST.one(on)
    day = today
    if run is not None:
        own: date = run["as_of"]
        currency, day = run["currency"], own if run["pinned"] else max(own, today)
    day, ids = then or day, [customer]
    history = await of_some(on, ids, until=day, currency=currency)
    after = await AFTER.one(on, ids=ids, until=day)
    money, days, coverage = 0.0, 0, 1.0
    if len(history):
        one = history[0]
        money, days = float(one["money"]), int(one["days"])
        coverage = float(one["priced_orders"] / one["orders"])
    return {
        "customer_id": customer,
        "version": None,
        "run_id": None,
        "as_of": day,
        "tier": Tier.SMALL,
        "segment": Segment.SMALL,
        "rank": None,
        "purchase_days": days,
        "realized": {"amount": f"{money:.2f}", "currency": currency},
        "prediction": None,
        "reason": Reason.NOT_ENOUGH_DATA,
        "rfm": {"r": 1, "f": 1, "m": 1},
        "parts": [],
        "coverage": coverage,
        "facts_after": 0 if after is None else after["purchases"],
    }
