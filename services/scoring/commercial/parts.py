"""Owns what commercial value is made of, and its two figures. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

SOLD = ("revenue", "returns", "goods")
PAID = ("attract", "acquire", "develop", "keep", "serve")
PARTS = (*SOLD, *PAID)
OF_SERVING = frozenset(("goods", "serve"))
_EXACT = Decimal("0.01")


def figures(amounts: Mapping[str, Decimal], currency: str) -> dict[str, Any]:
    """Return the parts as what each adds, and the two figures that they add up to, exactly.

    `amounts` are positive for what was brought, paid or taken back. Commercial value: revenue - returns -
    (attract, acquire, develop, keep), what the customer brought less what was paid for it. Contribution: that
    less goods and service. (domain D28)
    """
    signed = {name: amounts[name] if name == "revenue" else -amounts[name] for name in PARTS}
    value = sum((signed[name] for name in PARTS if name not in OF_SERVING), Decimal())
    return {
        "parts": [{"name": name, "amount": money(signed[name], currency)} for name in PARTS],
        "commercial_value": money(value, currency),
        "contribution": money(sum(signed.values(), Decimal()), currency),
    }


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """Write an amount in cents; nothing is never written as less than nothing."""
    return {"amount": format(amount.quantize(_EXACT) + 0, "f"), "currency": currency}
