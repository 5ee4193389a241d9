"""Reading the rates that sums in some currencies are converted by."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from services.interaction.rates.conversion import Rates
from services.interaction.rates.models import Rate
from shared.statements import Runner, Statement

_into = bindparam("into", type_=Text)
_others = any_(bindparam("currencies", type_=ARRAY(Text)))
_RATES = Statement(
    select(Rate.base, Rate.quote, Rate.day, Rate.rate)
    .where(
        or_(
            and_(Rate.base == _others, Rate.quote == _into),
            and_(Rate.base == _into, Rate.quote == _others),
        ),
        Rate.day <= bindparam("until", type_=Date),
    )
    .order_by(Rate.base, Rate.quote, Rate.day)
)


async def rates_into(on: Runner, into: str, currencies: Iterable[str], until: date) -> Rates:
    """Return every rate between `into` and the other currencies that is dated on or before a day."""
    found, others = Rates(), sorted(set(currencies) - {into})
    for row in await _RATES.all(on, into=into, currencies=others, until=until) if others else ():
        found.add(row["base"], row["quote"], row["day"], row["rate"])
    return found


def rate_of(currency: Any, day: Any, into: Any) -> ColumnElement[Any]:  # noqa: ANN401 - columns of any table
    """Return in SQL what `Rates.rate` does: what one unit is worth on a day, null when nobody has said."""
    one = literal_column("1", Numeric)
    stated = _last(currency, into, day).with_only_columns(_dated.rate)
    inverse = _last(into, currency, day).with_only_columns(one / _dated.rate)
    return case(
        (currency == into, one), else_=func.coalesce(stated.scalar_subquery(), inverse.scalar_subquery())
    )


_dated = aliased(Rate, name="dated")


def _last(base: Any, quote: Any, day: Any) -> Select[Any]:  # noqa: ANN401 - as above
    dated = select(_dated).where(_dated.base == base, _dated.quote == quote, _dated.day <= day)
    return dated.order_by(_dated.day.desc()).limit(literal_column("1", Integer)).correlate_except(_dated)
