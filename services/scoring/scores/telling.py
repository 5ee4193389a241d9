"""The statements that write scores: row, feed entry, histories at once; nothing for what did not change."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from feed.write import entries
from services.scoring.base import FEED
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.score_history.appending import appending, remembering
from services.scoring.scores.models import Score
from services.scoring.scores.rows import COUNTED, DTYPE, PREDICTED, SUMMED
from shared.statements import Statement

Within = Callable[[Any], ColumnElement[bool]]
TYPES: dict[str, Any] = {"V": Uuid, ">f8": Float, ">i2": SmallInteger, ">i4": Integer}
COLUMNS = {name: Uuid if name == "customer_id" else TYPES[DTYPE[name].str] for name in DTYPE.names or ()}
HISTORY = ("run_id", "as_of", "value", "tier", "rank", "realized")  # what the history keeps, from and to
_VALUES = (*(name for name in COLUMNS if name != "customer_id"), "run_id", "as_of")
_STATISTICS = frozenset(
    (*COUNTED, *SUMMED, "parameter_group")
)  # they stay those that the figures written came from
_DAYS = ("first_day", "last_day")
_QUOTED = ("run_id", "as_of")
_NULL = literal_column("'null'", Text)
_AS_OF: ColumnElement[Any] = bindparam("as_of", type_=Date)
_TOLERANCE = literal_column("1e-7::float8", Float)
_FALSE, _TRUE, _ONE, _SIX = (
    literal_column(word, kind)
    for word, kind in (("false", Boolean), ("true", Boolean), ("1", Integer), ("6", Integer))
)


def writing(source: FromClause, within: Within) -> Statement:
    """Return the statement that makes rows the current scores, as of :as_of in the run :run_id.

    `source` has COLUMNS, NaN where a prediction is missing and rank 0 for none. It gives the number of scores
    that changed. The caller holds the lock of publication. `within` narrows a column of ids to those of
    `source`, so that no plan reads whole tables for a few rows.
    """
    given = _given(source).cte("given")
    before = select(Score.__table__).where(within(Score.customer_id)).cte("before")
    columns = ("customer_id", *_VALUES, "version", "deleted", "kept_version", "kept_as_of", "kept_value")
    told = (given.c[name] for name in ("customer_id", *_VALUES))
    fresh = select(*told, _ONE, _FALSE, _ONE, given.c.as_of, given.c.value)
    new = insert(Score).from_select(columns, fresh.order_by(given.c.customer_id))
    values = {name: new.excluded[name] for name in _VALUES}
    written = (
        new.on_conflict_do_update(
            index_elements=[Score.customer_id],
            set_={
                **values,
                "version": Score.version + _ONE,
                "deleted": _FALSE,
                **remembering(Score, new.excluded),
            },
            where=or_(
                Score.deleted,
                *(_differs(name, value) for name, value in values.items() if name not in _STATISTICS),
            ),
        )
        .returning(*Score.__table__.c)
        .cte("written")
    )
    return _told(before, written, within)


def removing(condition: ColumnElement[bool]) -> Statement:
    """Return the statement that deletes scores from :as_of on, where the condition holds; gives the count."""
    before = select(Score.__table__).where(condition, ~Score.deleted).cte("before")
    written = (
        update(Score)
        .where(Score.customer_id == before.c.customer_id)
        .values(
            deleted=_TRUE,
            version=Score.version + _ONE,
            as_of=_AS_OF,
            kept_version=Score.version + _ONE,
            kept_as_of=_AS_OF,
            kept_value=Score.value,
        )
        .returning(*Score.__table__.c)
        .cte("written")
    )
    return _told(before, written, lambda _: true())


def _given(source: FromClause) -> Any:  # noqa: ANN401 - a select
    nan, zero = literal_column("'NaN'::float8", Float), literal_column("0", Integer)
    special: dict[str, ColumnElement[Any]] = {name: func.nullif(source.c[name], nan) for name in PREDICTED}
    special |= {name: func.nullif(source.c[name], zero) for name in ("rank", "parameter_group")}
    epoch = literal_column("date '1970-01-01'", Date)
    special |= {name: (epoch + source.c[name]) for name in _DAYS}
    special["realized"] = func.trim_scale(func.round(cast(source.c["realized"], Numeric), _SIX))
    shown = [special.get(name, source.c[name]).label(name) for name in COLUMNS]
    return select(*shown, bindparam("run_id", type_=Uuid).label("run_id"), _AS_OF.label("as_of"))


def _differs(name: str, new: ColumnElement[Any]) -> ColumnElement[bool]:
    """Tell whether a value is another one; of estimates, beyond the digits that a quantile is solved to."""
    old: Any = getattr(Score, name)
    if COLUMNS.get(name) is not Float or name == "realized":
        return old.is_distinct_from(new)  # type: ignore[no-any-return]  # a column's
    apart = func.abs(old - new) > _TOLERANCE * func.abs(new)
    return or_(apart, old.is_(None) != new.is_(None))


def _told(before: CTE, written: CTE, within: Within) -> Statement:
    kind = case(
        (written.c.deleted, literal_column("'score.deleted'", Text)),
        (or_(before.c.customer_id.is_(None), before.c.deleted), literal_column("'score.created'", Text)),
        else_=literal_column("'score.updated'", Text),
    )
    changed = (
        select(
            written.c.customer_id.label("subject"),
            written.c.version,
            _diff(before, written).label("diff"),
            Identity.owner,
            Identity.department,
            kind.label("type"),
        )
        .select_from(written)
        .outerjoin(before, before.c.customer_id == written.c.customer_id)
        .outerjoin(
            Identity, and_(Identity.original_id == written.c.customer_id, within(Identity.original_id))
        )
        .cte("changed")
    )
    count = select(func.count()).select_from(changed)
    parts = (*entries(FEED, changed, changed.c.type), appending(written))
    return Statement(count.add_cte(*parts), unguarded=COMPUTED)


def _diff(before: CTE, written: CTE) -> ColumnElement[Any]:
    """Write `{field: {"from", "to"}}` of what changed; as text, four times as fast as jsonb_build_object."""
    pairs = []
    for name in HISTORY:
        old, new = before.c[name], written.c[name]
        mark = literal_column("'\"'" if name in _QUOTED else "''", Text)
        was, now = (
            case((value.is_(None), _NULL), else_=func.concat(mark, cast(value, Text), mark))
            for value in (old, new)
        )
        start, middle = (literal_column(f"'{text}'", Text) for text in (f'"{name}":{{"from":', ',"to":'))
        told = func.concat(start, was, middle, now, literal_column("'}'", Text))
        pairs.append(case((old.is_distinct_from(new), told)))
    members = func.concat_ws(literal_column("','", Text), *pairs)
    return cast(func.concat(literal_column("'{'", Text), members, literal_column("'}'", Text)), JSONB)
