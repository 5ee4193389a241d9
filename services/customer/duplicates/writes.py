"""The statements that write pairs: found, found again, found no longer, put into clusters; and pages."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from feed.write import entries
from services.customer.base import FEED
from services.customer.customers.models import Customer
from services.customer.customers.queries import recordset
from services.customer.duplicates.models import Duplicate, DuplicatePage, DuplicateWeights
from services.customer.duplicates.queries import is_
from services.customer.duplicates.schemas import DuplicateStatus
from shared.statements import Statement

DECIDING = "keeps what the scorer found; reads go through DUPLICATES"
_TIME = DateTime(timezone=True)
_OPEN = is_(DuplicateStatus.OPEN)
_ONE: ColumnElement[int] = literal_column("1", Integer)
_pair = Duplicate.__table__.c
_GIVEN = ("id", "one", "other", "score", "reasons")


def _given() -> FromClause:
    return recordset("pairs", *(_pair[name] for name in _GIVEN))


def _earlier(given: FromClause) -> Select[Any]:
    """Select the kept pairs that mean a given one now: by records that were merged into one of its two."""
    one, other = aliased(Customer), aliased(Customer)
    among = [any_(func.array_append(each.merged_ids, each.id, type_=ARRAY(Uuid))) for each in (one, other)]
    merged = or_(*(func.cardinality(each.merged_ids) > literal_column("0") for each in (one, other)))
    ways = ((Duplicate.one, Duplicate.other), (Duplicate.other, Duplicate.one))
    return (
        select(Duplicate.id)
        .where(one.id == given.c.one, other.id == given.c.other, merged, Duplicate.deleted_at.is_(None))
        .where(or_(*(and_(first == among[0], second == among[1]) for first, second in ways)))
    )


def _told(changed: CTE, type_: ColumnElement[str] | str) -> Any:  # noqa: ANN401 - two CTEs
    return entries(FEED, changed, type_)


def _diff(name: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    member = func.jsonb_build_object(literal_column("'from'"), null(), literal_column("'to'"), value)
    return func.jsonb_build_object(literal_column(f"'{name}'"), member)


def _nobodys(written: Any, diff: ColumnElement[Any]) -> Any:  # noqa: ANN401 - an update or insert
    nobody = cast(null(), Text)
    return written.returning(
        _pair.id.label("subject"),
        _pair.version,
        diff.label("diff"),
        nobody.label("owner"),
        nobody.label("department"),
        case(
            (_pair.version == _ONE, literal_column("'duplicate.created'")),
            else_=literal_column("'duplicate.updated'"),
        ).label("type"),
    ).cte("changed")


def _store() -> Select[Any]:
    given = _given()
    at, run = bindparam("at", type_=_TIME), bindparam("run", type_=Uuid)
    values = {
        "id": given.c.id,
        "one": given.c.one,
        "other": given.c.other,
        "status": _OPEN,
        "score": given.c.score,
        "reasons": given.c.reasons,
        "cluster_id": given.c.one,
        "found_by": bindparam("found_by", type_=Text),
        "seen_in": run,
        "version": _ONE,
        "created_at": at,
        "updated_at": at,
    }
    said = _earlier(given).correlate(given).exists()
    statement: Any = upsert(Duplicate).from_select(list(values), select(*values.values()).where(~said))
    new = statement.excluded
    renewed = {
        "score": new.score,
        "reasons": new.reasons,
        "seen_in": new.seen_in,
        "version": _pair.version + _ONE,
        "updated_at": at,
        "deleted_at": null(),
    }
    other = or_(_pair.score != new.score, _pair.deleted_at.is_not(None))
    statement = statement.on_conflict_do_update(
        index_elements=["one", "other"], set_=renewed, where=and_(_pair.status == _OPEN, other)
    )
    changed = _nobodys(statement, _diff("score", func.to_jsonb(_pair.score)))
    return select(changed.c.subject).add_cte(*_told(changed, changed.c.type))


STORE = Statement(_store(), unguarded=DECIDING)


def _seen() -> Any:  # noqa: ANN401 - an update
    """Mark the pairs that were found again, whatever their records were merged into since."""
    given = _given()
    itself = tuple_(_pair.one, _pair.other) == tuple_(given.c.one, given.c.other)
    found = select(_pair.id).join(given, itself).union(_earlier(given))
    run = bindparam("run", type_=Uuid)
    return (
        update(Duplicate)
        .values(seen_in=run)
        .where(_pair.id.in_(found), _pair.seen_in.is_distinct_from(run))
        .returning(_pair.id)
    )


SEEN = Statement(_seen(), unguarded=DECIDING)


def _close() -> Select[Any]:
    unseen = (
        select(Duplicate.id)
        .where(
            Duplicate.status == _OPEN,
            Duplicate.deleted_at.is_(None),
            Duplicate.created_at < bindparam("begun", type_=_TIME),
            Duplicate.seen_in.is_distinct_from(bindparam("run", type_=Uuid)),
        )
        .limit(bindparam("limit", type_=Integer))
        .with_for_update()
    )
    gone = (
        update(Duplicate)
        .values(
            deleted_at=bindparam("at", type_=_TIME),
            version=_pair.version + _ONE,
            updated_at=bindparam("at", type_=_TIME),
        )
        .where(Duplicate.id.in_(unseen))
    )
    changed = _nobodys(gone, _diff("deleted_at", func.to_jsonb(_pair.deleted_at)))
    told = _told(changed, "duplicate.deleted")
    return select(func.count()).select_from(changed).add_cte(*told)


CLOSE = Statement(_close(), unguarded=DECIDING)


def _cluster() -> Select[Any]:
    given = recordset("pairs", _pair.id, _pair.cluster_id)
    moved = (
        update(Duplicate)
        .values(
            cluster_id=given.c.cluster_id,
            version=_pair.version + _ONE,
            updated_at=bindparam("at", type_=_TIME),
        )
        .where(Duplicate.id == given.c.id, Duplicate.cluster_id.is_distinct_from(given.c.cluster_id))
    )
    changed = _nobodys(moved, _diff("cluster_id", func.to_jsonb(_pair.cluster_id)))
    return select(func.count()).select_from(changed).add_cte(*_told(changed, "duplicate.updated"))


CLUSTER = Statement(_cluster(), unguarded=DECIDING)
_last = bindparam("last", type_=Uuid)
EDGES = Statement(
    select(Duplicate.id, Duplicate.one, Duplicate.other, Duplicate.score)
    .where(Duplicate.status == _OPEN, Duplicate.deleted_at.is_(None), Duplicate.id > _last)
    .order_by(Duplicate.id)
    .limit(bindparam("limit", type_=Integer)),
    unguarded=DECIDING,
)
_KEPT = ("job_id", "page", "ids", "forms")
_page = {name: bindparam(name, type_=DuplicatePage.__table__.c[name].type) for name in _KEPT}
KEEP_PAGE = Statement(insert(DuplicatePage).values(_page))
_mine = DuplicatePage.job_id == bindparam("job_id", type_=Uuid)
ONE_PAGE = Statement(
    select(DuplicatePage.ids, DuplicatePage.forms).where(
        _mine, DuplicatePage.page == bindparam("page", type_=Integer)
    )
)
FORGET_PAGES = Statement(delete(DuplicatePage).where(DuplicatePage.job_id != bindparam("job_id", type_=Uuid)))
DROP_PAGES = Statement(delete(DuplicatePage).where(_mine))
_learnt = {c.name: bindparam(c.name, type_=c.type) for c in DuplicateWeights.__table__.columns}
KEEP_WEIGHTS = Statement(upsert(DuplicateWeights).values(_learnt).on_conflict_do_nothing())
WEIGHTS = Statement(
    select(DuplicateWeights).where(DuplicateWeights.job_id == bindparam("job_id", type_=Uuid))
)
