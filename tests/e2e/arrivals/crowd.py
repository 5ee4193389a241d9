"""A crowd of buyers, apart from the customers who are compared: from theirs what is to come is predicted.

What the others buy has no more system than dice; a fit to it runs to its bounds, and predicts nothing.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

SIZE, SEED = 110, 1  # buyers: a fit wants 100, of whom 30 bought again
SYSTEM = "arrivals-crowd"
END, WEEKS = datetime(2025, 1, 4, tzinfo=UTC), 100


def gather(api: httpx.Client) -> None:
    """Enter the crowd and what they bought; again it changes nothing."""
    people = [{"name": f"Buyer {n}", "identities": [_name(n)]} for n in range(SIZE)]
    orders = list(_orders(random.Random(SEED)))  # noqa: S311 - a test that can be repeated
    for path, items in (("customers", people), ("orders", orders)):
        answer = api.post(f"/v1/{path}/batch", json={"items": items}).raise_for_status().json()
        assert answer["counts"]["rejected"] == 0, answer


def _orders(dice: random.Random) -> Iterator[dict[str, Any]]:
    """Give orders as the estimators suppose them: everybody has a rate, an end and a usual amount."""
    for buyer in range(SIZE):
        rate, quits, usual = dice.gammavariate(0.8, 1 / 8), dice.betavariate(0.8, 2.5), _usual(dice)
        ago, number = WEEKS * dice.uniform(0.3, 1), 0
        while ago > 0:
            yield {
                "customer": _name(buyer),
                "source": {"system": SYSTEM, "id": f"{buyer}-{number}"},
                "placed_at": (END - timedelta(weeks=ago)).isoformat(),
                "currency": "CNY",
                "lines": [{"amount": f"{usual * dice.gammavariate(3, 1 / 3) + 0.01:.2f}"}],
            }
            if dice.random() < quits:
                break
            ago, number = ago - dice.expovariate(rate), number + 1


def _usual(dice: random.Random) -> float:
    return 1_000 / dice.gammavariate(6, 1)


def _name(number: int) -> dict[str, str]:
    return {"system": SYSTEM, "id": f"B{number}"}
