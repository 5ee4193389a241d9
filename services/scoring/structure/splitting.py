"""Owns why an amount changed: price, volume, mix, products that are new or lost. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from services.scoring.structure.figures import PLACES

PARTS = ("price", "volume", "mix", "new", "lost", "other")


@dataclass(frozen=True, slots=True)
class Split:
    """What a change of the amount is made of, added up product by product.

    Of the products sold in both periods: `quantity` and `amount` now and before, and Σ p₀q₁. `new` and
    `lost`: the amounts of those that were sold in one period only. `change`: of the amount of all.
    """

    quantity: Decimal
    quantity_before: Decimal
    amount: Decimal
    amount_before: Decimal
    at_old_prices: Decimal
    new: Decimal
    lost: Decimal
    change: Decimal

    def parts(self) -> dict[str, Decimal]:
        """Return the parts of the change; they add up to it exactly.

        Over the products i sold in both, with quantities q, prices p = amount / q, Q = Σ q, and 0 for before:
        volume = (Q₁/Q₀ - 1) · Σ p₀q₀, mix = Σ p₀q₁ - (Q₁/Q₀) · Σ p₀q₀, price = Σ (p₁ - p₀) q₁: the usual
        three-way variance, each effect with the others as they were. `other` is money without a quantity, as
        a credit note about the whole.
        """
        at_old_prices = self.at_old_prices.quantize(PLACES)
        grown = self.quantity / self.quantity_before - 1 if self.quantity_before else Decimal()
        volume = (grown * self.amount_before).quantize(PLACES)
        parts = {
            "price": self.amount - at_old_prices,
            "volume": volume,
            "mix": at_old_prices - self.amount_before - volume,
            "new": self.new,
            "lost": -self.lost,
        }
        return parts | {"other": self.change - sum(parts.values(), Decimal())}
