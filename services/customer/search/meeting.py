"""Meeting tiers: the condition on a customer's keys, by the tsqueries that are a statement's parameters.

`open` and `personal` hold the tsquery of each tier, or null, in their order. `cheap` is what `open` becomes
without that which is dear to look up; and this is in vain unless somebody meets each of the `words`.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Subquery,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased

from services.customer.customers.models import Customer

Number = ColumnElement[int]
Which = Callable[[Number], ColumnElement[bool]]  # of the tiers, by their numbers
SAMPLE = 400  # customers to look through, at first
_OR: ColumnElement[str] = literal_column("' | '")


def usual(which: Which) -> ColumnElement[Any]:
    """Return the tsquery of open keys of those tiers."""
    return _tsquery("open", which)


def worthwhile(which: Which) -> ColumnElement[Any]:
    """Return the same without what would be looked up in vain.

    The index lists all whose keys begin with a word, thousands, before it sees who has the other words too.
    """
    both = func.unnest(_parameter("open"), _parameter("cheap"))
    each = both.table_valued("query", "cheap", with_ordinality="tier").render_derived().c
    # In this order: nobody's words are looked up for a tier that has nothing dear.
    same = each.query.is_not_distinct_from(each.cheap)
    query = case((same, each.query), (_in_vain(), each.cheap), else_=each.query)
    return _any(query, which(each.tier))


def meets(
    of: type[Customer], which: Which, *, personal: bool, by: Callable[[Which], ColumnElement[Any]] = usual
) -> ColumnElement[bool]:
    """Return the condition that keys meet one of those tiers, without `personal` by none of personal data."""
    met = of.open_keys.bool_op("@@")(by(which))
    return or_(met, of.personal_keys.bool_op("@@")(_tsquery("personal", which))) if personal else met


def newest_keys() -> Subquery:
    """Return the open keys of the newest customers: what is common is met there, without the index."""
    of = aliased(Customer)
    rows = select(of.open_keys).where(of.deleted_at.is_(None)).order_by(of.created_at.desc(), of.id.desc())
    return rows.limit(literal_column(str(SAMPLE))).subquery("newest")


def _in_vain() -> ColumnElement[bool]:
    """Return whether nobody meets one of the words."""
    each = func.unnest(_parameter("words")).table_valued("word").render_derived()
    query, near, anybody = cast(each.c.word, TSQUERY), newest_keys(), aliased(Customer)
    common = select(near).where(near.c.open_keys.bool_op("@@")(query)).correlate(each)
    live = anybody.deleted_at.is_(None)
    had = select(anybody.id).where(live, anybody.open_keys.bool_op("@@")(query)).correlate(each)
    return select(each.c.word).where(~common.exists(), ~had.exists()).exists()


def _tsquery(parameter: str, which: Which) -> ColumnElement[Any]:
    each = func.unnest(_parameter(parameter)).table_valued("query", with_ordinality="tier").render_derived().c
    return _any(each.query, which(each.tier))


def _any(query: ColumnElement[Any], chosen: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(cast(func.string_agg(query, _OR), TSQUERY)).where(chosen).scalar_subquery()


def _parameter(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=ARRAY(Text))
