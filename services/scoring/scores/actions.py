"""Writing scores: row, feed entry and history in one statement, nothing for what did not change."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    FromClause,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import aliased

from services.scoring.base import feed
from services.scoring.identities.models import Identity
from services.scoring.scores.models import Score
from shared.feed.write import entries
from shared.statements import Statement

OWN = ("customer_id", "version", "deleted")
VALUES = tuple(column.key for column in Score.__table__.c if column.key not in OWN)
TOLD = ("run_id", "as_of", "value", "tier", "rank", "realized")  # what the history keeps, from and to
_NOTHING = literal_column("'{}'::jsonb", JSONB)
_FALSE, _ONE = literal_column("false", Boolean), literal_column("1", Integer)


def writing(given: FromClause) -> Statement:
    """Return the statement that makes `given` (customer_id and VALUES, a row per customer) the current scores.

    It gives the number of scores that changed. The caller holds the publication's lock.
    """
    source = given.alias("given")
    before = select(Score.__table__).where(Score.customer_id.in_(select(source.c.customer_id))).cte("before")
    columns = ("customer_id", *VALUES, "version", "deleted")
    fresh = select(source.c.customer_id, *(source.c[name] for name in VALUES), _ONE, _FALSE)
    new = insert(Score).from_select(columns, fresh.order_by(source.c.customer_id))
    differs = or_(Score.deleted, *(getattr(Score, name).is_distinct_from(new.excluded[name]) for name in VALUES))
    written = (
        new.on_conflict_do_update(
            index_elements=[Score.customer_id],
            set_={**{name: new.excluded[name] for name in VALUES}, "version": Score.version + _ONE, "deleted": _FALSE},
            where=differs,
        )
        .returning(*Score.__table__.c)
        .cte("written")
    )
    return _told(before, written)


def removing(condition: Any) -> Statement:  # noqa: ANN401 - a condition over Score
    """Return the statement that deletes the scores for which the condition holds, and gives their number."""
    before = select(Score.__table__).where(condition, ~Score.deleted).cte("before")
    written = (
        update(Score)
        .where(Score.customer_id == before.c.customer_id)
        .values(deleted=literal_column("true", Boolean), version=Score.version + _ONE)
        .returning(*Score.__table__.c)
        .cte("written")
    )
    return _told(before, written)


def _told(before: FromClause, written: FromClause) -> Statement:
    diff: Any = _NOTHING
    for name in TOLD:
        pair = func.jsonb_build_object(
            literal_column("'from'"), before.c[name], literal_column("'to'"), written.c[name]
        )
        one = func.jsonb_build_object(literal_column(f"'{name}'"), pair)
        diff = diff.op("||")(case((before.c[name].is_distinct_from(written.c[name]), one), else_=_NOTHING))
    kind = case(
        (written.c.deleted, literal_column("'score.deleted'", Text)),
        (or_(before.c.customer_id.is_(None), before.c.deleted), literal_column("'score.created'", Text)),
        else_=literal_column("'score.updated'", Text),
    )
    changed = (
        select(
            written.c.customer_id.label("subject"),
            written.c.version,
            type_coerce(diff, JSONB).label("diff"),
            Identity.owner,
            Identity.department,
            kind.label("type"),
        )
        .select_from(written)
        .outerjoin(before, before.c.customer_id == written.c.customer_id)
        .outerjoin(Identity, Identity.original_id == written.c.customer_id)
        .cte("changed")
    )
    count = select(func.count()).select_from(changed)
    return Statement(
        count.add_cte(*entries(feed, changed, changed.c.type)),
        unguarded="writes every customer's score, whoever owns it",
    )
