"""Words: which of many are in some customer's name."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY

from services.customer.customers.models import Customer
from services.customer.keys.key import quoted
from services.customer.search.meeting import newest_keys
from shared.statements import Runner, Statement

TOGETHER = 16
_NOBODY = "tells which words some customer has, not which customer"
_LIVE = Customer.deleted_at.is_(None)

_sample = newest_keys()
_key = func.unnest(_sample.c.open_keys).table_valued("lexeme", "positions", "weights").render_derived()
_word = func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("word")
_COMMON = Statement(
    select(_key.c.lexeme)
    .join_from(_sample, _key, literal_column("true"))
    .where(_key.c.lexeme == _word)
    .distinct(),
    unguarded=_NOBODY,
)
_query = func.unnest(bindparam("queries", type_=ARRAY(Text))).column_valued("query")
_met = select(Customer.id).where(_LIVE, Customer.open_keys.bool_op("@@")(cast(_query, TSQUERY)))
_MET = Statement(select(_query).where(_met.exists()), unguarded=_NOBODY)


async def known(on: Runner, words: Iterable[str]) -> set[str]:
    """Return the words that are keys of some customer.

    The index names all holders of a word at once, so the common words are known by a sample of customers. The
    others are looked up in groups at first: each look-up also reads the index's list of new entries.
    """
    wanted = sorted(set(words))
    common = {row["lexeme"] for row in await _COMMON.all(on, words=wanted)}
    rest = [word for word in wanted if word not in common]
    parts = [rest[at : at + TOGETHER] for at in range(0, len(rest), TOGETHER)]
    groups = {" | ".join(map(quoted, part)): part for part in parts}
    near = {quoted(word): word for met in await _met_by_some(on, groups) for word in groups[met]}
    return common | {near[met] for met in await _met_by_some(on, near)}


async def _met_by_some(on: Runner, queries: Iterable[str]) -> list[str]:
    return [row["query"] for row in await _MET.all(on, queries=list(queries))]
