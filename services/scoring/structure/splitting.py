"""Owns why an amount changed: price, volume, mix, products that are new or lost. Pure."""

from collections.abc import Hashable, Mapping
from decimal import Decimal

from services.scoring.structure.figures import NOTHING, PLACES, Figures

PARTS = ("price", "volume", "mix", "new", "lost", "other")


def price_volume_mix(
    now: Mapping[Hashable, Figures], before: Mapping[Hashable, Figures]
) -> dict[str, Decimal] | None:
    """Split the change of the amount between two periods by product; the parts add up to it exactly.

    Over the products i sold in both, with quantities q, prices p = amount / q, Q = Σ q, and 0 for before:
    volume = (Q₁/Q₀ - 1) · Σ p₀q₀, mix = Σ p₀q₁ - (Q₁/Q₀) · Σ p₀q₀, price = Σ (p₁ - p₀) q₁: the usual
    three-way variance, each effect with the others as they were. `new` and `lost` are the amounts of products
    sold in one period only; `other` is money without a quantity, as a credit note about the whole. None if
    nothing was before.
    """
    if not before:
        return None
    parts = dict.fromkeys(PARTS, Decimal())
    kept = []
    for product in now.keys() | before.keys():
        new, old = now.get(product, NOTHING), before.get(product, NOTHING)
        if new.quantity > 0 and old.quantity > 0:
            kept.append((new, old))
        elif new.quantity > 0:
            parts["new"] += new.amount
            parts["other"] -= old.amount
        elif old.quantity > 0:
            parts["lost"] -= old.amount
            parts["other"] += new.amount
        else:
            parts["other"] += new.amount - old.amount
    return parts | (_of_kept(kept) if kept else {})


def _of_kept(kept: list[tuple[Figures, Figures]]) -> dict[str, Decimal]:
    sold, was = (sum((pair[at].quantity for pair in kept), Decimal()) for at in (0, 1))
    amount, base = (sum((pair[at].amount for pair in kept), Decimal()) for at in (0, 1))
    at_old_prices = sum((old.amount / old.quantity * new.quantity for new, old in kept), Decimal())
    at_old_prices = at_old_prices.quantize(PLACES)
    volume = ((sold / was - 1) * base).quantize(PLACES)
    return {"price": amount - at_old_prices, "volume": volume, "mix": at_old_prices - base - volume}
