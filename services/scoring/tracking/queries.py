"""Reading what everybody whom an estimator learned from bought, day by day."""

from datetime import date, timedelta

import numpy as np
from sqlalchemy import Date, Text, bindparam, func, literal_column, or_, select

from services.scoring.facts.models import Fact, Kind
from services.scoring.identities.models import COMPUTED, ExternalName, Identity
from services.scoring.states.histories import BELONGS
from services.scoring.states.queries import UNTIL
from services.scoring.tracking.curve import Days
from shared.statements import Runner, Statement

_CUT_OFF = bindparam("cut_off", type_=Date)
_SYSTEM = bindparam("identity_system", type_=Text)


async def days_of(
    on: Runner, *, cut_off: date, until: date, identity_system: str | None = None
) -> Days | None:
    """Return what the customers with a purchase by the cut-off bought by a day; None if there are none.

    `identity_system`: only of those who are known there.
    """
    rows = await _DAYS.all(on, cut_off=cut_off, until=until, identity_system=identity_system)
    if not rows:
        return None
    first = rows[0]["day"]
    born, bought = np.zeros((2, (until - first).days + 1), np.int64)
    at = [(row["day"] - first) // timedelta(days=1) for row in rows]
    born[at], bought[at] = ([row[name] for row in rows] for name in ("born", "bought"))
    return Days(first, born, bought)


def _days() -> Statement:
    """Count by day; a purchase is one day on which a customer ordered (decision 0007)."""
    order = Fact.kind == literal_column(f"'{Kind.ORDER}'", Text)
    named = (ExternalName.customer_id == Identity.current_id, ExternalName.system == _SYSTEM)
    among = or_(_SYSTEM.is_(None), select(ExternalName.customer_id).where(*named).exists())
    bought = (
        select(Identity.current_id.label("customer_id"), Fact.day)
        .where(*BELONGS, Fact.counts, order, Fact.day <= UNTIL, among)
        .distinct()
        .subquery("bought")
    )
    first = func.min(bought.c.day).over(partition_by=bought.c.customer_id).label("first")
    each = select(bought.c.day, first).subquery("each")
    begun = each.c.day == each.c.first
    counts = (func.count().filter(begun).label("born"), func.count().filter(~begun).label("bought"))
    found = select(each.c.day, *counts).where(each.c.first <= _CUT_OFF)
    return Statement(found.group_by(each.c.day).order_by(each.c.day), unguarded=COMPUTED)


_DAYS = _days()
