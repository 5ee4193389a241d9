"""What customers are worth, counted from scratch: in plain Python, from what their timelines show.

The rules are those of docs/decisions/0007: an order counts unless it is a draft or cancelled; a credit note
stands in for its return; what was returned of, or credited for, an order that does not count takes nothing.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

RATES = {"CNY": Decimal(1), "USD": Decimal(7)}
NOT_BOUGHT = frozenset(("draft", "cancelled"))


def worth(timeline: Iterable[Mapping[str, Any]]) -> tuple[int, Decimal]:
    """Return on how many days somebody bought, and the sum in CNY."""
    facts = [(item["kind"], item["data"]) for item in timeline]
    orders = {_name("order", data): data for kind, data in facts if kind == "order"}
    bought = {name: data for name, data in orders.items() if data["status"] not in NOT_BOUGHT}
    notes = [data for kind, data in facts if kind == "credit_note" and data["status"] != "cancelled"]
    instead = {data["return_id"] for data in notes} - {None}
    back = [data for kind, data in facts if kind == "return" and _name("return", data) not in instead]
    money = sum((_money(data["total"]) for data in bought.values()), Decimal())
    money -= sum((_money(data["total"]) for data in back if data["order_id"] in bought), Decimal())
    money -= sum((_money(data["amount"]) for data in notes if data["order_id"] in bought), Decimal())
    return len({data["placed_at"][:10] for data in bought.values()}), money


def _name(kind: str, data: Mapping[str, Any]) -> str:
    """Return by what a record is called in a timeline, whose sources are "<system> <id>"."""
    return f"{kind} {data['source'].partition(' ')[2]}"


def _money(told: Mapping[str, str]) -> Decimal:
    return Decimal(told["amount"]) * RATES[told["currency"]]
