"""Reading the rates that sums in some currencies are converted by."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ARRAY, Date, Text, and_, any_, bindparam, or_, select

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
