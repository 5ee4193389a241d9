"""What a change is made of, added up in plain Python."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.scoring.structure.figures import Figures
from services.scoring.structure.splitting import Split


def split(now: Mapping[Any, Figures], before: Mapping[Any, Figures]) -> Split:
    """Add up what a change is made of, product by product."""
    new, old = ({key for key, each in side.items() if each.quantity > 0} for side in (now, before))
    pairs = [(now[key], before[key]) for key in new & old]
    return Split(
        quantity=sum((a.quantity for a, _ in pairs), Decimal()),
        quantity_before=sum((b.quantity for _, b in pairs), Decimal()),
        amount=sum((a.amount for a, _ in pairs), Decimal()),
        amount_before=sum((b.amount for _, b in pairs), Decimal()),
        at_old_prices=sum((b.amount / b.quantity * a.quantity for a, b in pairs), Decimal()),
        new=sum((now[key].amount for key in new - old), Decimal()),
        lost=sum((before[key].amount for key in old - new), Decimal()),
        change=sum((each.amount for each in now.values()), Decimal())
        - sum((each.amount for each in before.values()), Decimal()),
    )
