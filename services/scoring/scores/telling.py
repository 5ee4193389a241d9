"""The statements that write scores: row, feed entry, histories at once; nothing for what did not change."""

from collections.abc import Callable, Mapping
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
from services.scoring.score_history.appending import appending, worth_keeping
from services.scoring.scores.models import Score
from services.scoring.scores.rows import COUNTED, DTYPE, PREDICTED, SUMMED
from shared.statements import Statement

Within = Callable[[Any], ColumnElement[bool]]
Pairs = Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any]]]
TYPES: dict[str, Any] = {"V": Uuid, ">f8": Float, ">i2": SmallInteger, ">i4": Integer}
COLUMNS = {name: Uuid if name == "customer_id" else TYPES[DTYPE[name].str] for name in DTYPE.names or ()}
HISTORY = ("run_id", "as_of", "value", "tier", "rank", "realized")  # what the history keeps, from and to
_VALUES = (*(name for name in COLUMNS if name != "customer_id"), "run_id", "as_of")
_STATISTICS = frozenset(
    (*COUNTED, *SUMMED, "parameter_group")
)  # they stay those that the figures written came from
_DAYS = ("first_day", "last_day")
_QUOTED = ("run_id", "as_of")
_KEPT = ("kept_version", "kept_as_of", "kept_value")
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
    that changed. The caller holds the lock of publication: nobody else writes scores. `within` narrows a
    column of ids to those of `source`, so that no plan reads whole tables for a few rows.

    What is to be written is settled first, once, and then only carried out: a conflict's own way to an update
    would have each of the conditions below told three times over, for half of the time that all takes.
    """
    judged = _judged(source, within)
    values = {name: judged.c[name] for name in (*_VALUES, "version", "deleted")}
    kept = {name: case((judged.c.keeps, judged.c[name]), else_=getattr(Score, name)) for name in _KEPT}
    changed = (
        update(Score)
        .where(Score.customer_id == judged.c.customer_id, within(Score.customer_id))
        .values({**values, **kept})
        .cte("changed_scores")
    )
    columns = ("customer_id", *values, *_KEPT)
    fresh = select(*(judged.c[name] for name in columns)).where(judged.c.was_deleted.is_(None))
    made = insert(Score).from_select(columns, fresh.order_by(judged.c.customer_id)).cte("made_scores")
    return _telling(_with_owners(judged, within), judged, changed, made)


def _judged(source: FromClause, within: Within) -> CTE:
    """Select the rows of the source that say something else than their scores do, and what is to be told.

    `keeps` is whether the history is to have them; kept_* are what Score then has.
    """
    given = _given(source).subquery("given")
    held = select(Score.__table__).where(within(Score.customer_id)).subquery("held")
    version = func.coalesce(held.c.version, literal_column("0", Integer)) + _ONE
    differs = (_differs(held.c[name], given.c[name]) for name in _VALUES if name not in _STATISTICS)
    pairs = {name: (held.c[name], given.c[name]) for name in HISTORY}
    return (
        select(
            given,
            version.label("version"),
            _FALSE.label("deleted"),
            version.label("kept_version"),
            given.c.as_of.label("kept_as_of"),
            given.c.value.label("kept_value"),
            func.coalesce(worth_keeping(held.c, given.c), _TRUE).label("keeps"),
            held.c.deleted.label("was_deleted"),
            _diff(pairs).label("diff"),
            _names(pairs).label("names"),
        )
        .join_from(given, held, held.c.customer_id == given.c.customer_id, isouter=True)
        .where(or_(held.c.customer_id.is_(None), held.c.deleted, *differs))
        .cte("judged")
    )


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
    pairs = {name: (before.c[name], written.c[name]) for name in HISTORY}
    told = (_diff(pairs).label("diff"), _names(pairs).label("names"), before.c.deleted.label("was_deleted"))
    judged = select(written, *told).join(before, before.c.customer_id == written.c.customer_id)
    ended = judged.add_columns(_TRUE.label("keeps")).cte("judged")
    return _telling(_with_owners(ended, lambda _: true()), ended)


def _given(source: FromClause) -> Any:  # noqa: ANN401 - a select
    nan, zero = literal_column("'NaN'::float8", Float), literal_column("0", Integer)
    special: dict[str, ColumnElement[Any]] = {name: func.nullif(source.c[name], nan) for name in PREDICTED}
    special |= {name: func.nullif(source.c[name], zero) for name in ("rank", "parameter_group")}
    epoch = literal_column("date '1970-01-01'", Date)
    special |= {name: (epoch + source.c[name]) for name in _DAYS}
    special["realized"] = func.trim_scale(func.round(cast(source.c["realized"], Numeric), _SIX))
    shown = [special.get(name, source.c[name]).label(name) for name in COLUMNS]
    return select(*shown, bindparam("run_id", type_=Uuid).label("run_id"), _AS_OF.label("as_of"))


def _differs(old: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[bool]:
    """Tell whether a value is another one; of estimates, beyond the digits that a quantile is solved to."""
    if not isinstance(old.type, Float):
        return old.is_distinct_from(new)
    apart = func.abs(old - new) > _TOLERANCE * func.abs(new)
    return or_(apart, old.is_(None) != new.is_(None))


def _with_owners(judged: CTE, within: Within) -> CTE:
    kind = case(
        (judged.c.deleted, literal_column("'score.deleted'", Text)),
        (func.coalesce(judged.c.was_deleted, _TRUE), literal_column("'score.created'", Text)),
        else_=literal_column("'score.updated'", Text),
    )
    owner = and_(Identity.original_id == judged.c.customer_id, within(Identity.original_id))
    told = (judged.c[name] for name in ("version", "diff", "names"))
    columns = (judged.c.customer_id.label("subject"), *told, Identity.owner, Identity.department)
    return (
        select(*columns, kind.label("type")).join_from(judged, Identity, owner, isouter=True).cte("changed")
    )


def _telling(changed: CTE, judged: CTE, *writing: CTE) -> Statement:
    count = select(func.count()).select_from(changed)
    appended = appending(judged)
    return Statement(
        count.add_cte(*writing, *entries(FEED, changed, changed.c.type), appended), unguarded=COMPUTED
    )


def _diff(pairs: Pairs) -> ColumnElement[Any]:
    """Write `{field: {"from", "to"}}` of what changed; as text, four times as fast as jsonb_build_object."""
    found = []
    for name, (old, new) in pairs.items():
        mark = literal_column("'\"'" if name in _QUOTED else "''", Text)
        was, now = (
            case((value.is_(None), _NULL), else_=func.concat(mark, cast(value, Text), mark))
            for value in (old, new)
        )
        start, middle = (literal_column(f"'{text}'", Text) for text in (f'"{name}":{{"from":', ',"to":'))
        told = func.concat(start, was, middle, now, literal_column("'}'", Text))
        found.append(case((old.is_distinct_from(new), told)))
    members = func.concat_ws(literal_column("','", Text), *found)
    return cast(func.concat(literal_column("'{'", Text), members, literal_column("'}'", Text)), JSONB)


def _names(pairs: Pairs) -> ColumnElement[Any]:
    """Name what changed, in order, as the feed does."""
    comma = literal_column("','", Text)
    found = (
        case((pairs[name][0].is_distinct_from(pairs[name][1]), literal_column(f"'{name}'", Text)))
        for name in sorted(pairs)
    )
    return func.concat_ws(comma, *found)
