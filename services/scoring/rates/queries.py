"""The one rendering of an exchange rate."""

from sqlalchemy import Date, Integer, Text, bindparam, cast, func, select, true, tuple_

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
_KEY = (Rate.base, Rate.quote, Rate.day)
_last = tuple_(*(bindparam(f"last_{column.key}", type_=column.type) for column in _KEY))
PAGE = Statement(
    select(_shown.label("data"), *_KEY)
    .where(func.coalesce(tuple_(*_KEY) > _last, true()))
    .order_by(*_KEY)
    .limit(bindparam("limit", type_=Integer))
)
