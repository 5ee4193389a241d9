"""The one rendering of an exchange rate."""

from sqlalchemy import Date, Integer, Text, bindparam, cast, select, tuple_

from services.scoring.rates.models import Rate
from shared.statements import Statement, json_object

_shown = json_object(
    base=Rate.base, quote=Rate.quote, day=Rate.day, rate=cast(Rate.rate, Text), version=Rate.version
)
_base, _quote, _day = (
    bindparam("base", type_=Text),
    bindparam("quote", type_=Text),
    bindparam("day", type_=Date),
)
ONE = Statement(
    select(_shown, Rate.version, Rate.rate).where(Rate.base == _base, Rate.quote == _quote, Rate.day == _day)
)
ALL = Statement(
    select(_shown, Rate.base, Rate.quote, Rate.day)
    .where(tuple_(Rate.base, Rate.quote, Rate.day) > tuple_(_base, _quote, _day))
    .order_by(Rate.base, Rate.quote, Rate.day)
    .limit(bindparam("limit", type_=Integer))
)
