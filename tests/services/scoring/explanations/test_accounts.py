"""What becomes of statistics when days pass or an order comes: what a recount of the days would say."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.scoring.explanations.accounts import STATISTICS, Account

DAY = date(2026, 3, 1)


def account(orders: dict[int, float], day: date = DAY) -> Account:
    """Return the account of orders by how many days ago they were."""
    ago = sorted(orders, reverse=True)
    days = {day - timedelta(each): orders[each] for each in ago}
    later = [amount for when, amount in days.items() if when != min(days)]
    row: dict[str, Any] = {
        "first_day": min(days),
        "last_day": max(days),
        "purchase_days": len(days),
        "repeat_days": len(days) - 1,
        "realized": sum(days.values()),
        "repeat_money": sum(later),
        "cost": 4,
        "costed": 10,
        "parameter_group": None,
    }
    return Account.of(row, day)


@pytest.mark.parametrize("orders", [{9: 5.0}, {9: 5.0, 3: 7.0}, {0: 5.0}, {9: 5.0, 0: 7.0}])
def test_an_order_today_is_counted_as_a_recount_would(orders: dict[int, float]) -> None:
    found = account(orders).buying(11)
    counted = account({**orders, 0: orders.get(0, 0) + 11})
    assert found.statistics() == counted.statistics()
    assert (found.day, set(found.statistics())) == (DAY, set(STATISTICS))


def test_silence_changes_the_day_and_nothing_else() -> None:
    was = account({9: 5.0, 3: 7.0})
    found = was.on(DAY + timedelta(30))
    assert found.statistics() == was.statistics()
    assert (found.day - found["last_day"]).days == 33
