"""The statements that keep the projection of customers: who is told, who was merged, who owns them."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    column,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import aliased

from services.interaction.identities.models import Identity
from shared.statements import Statement

PROJECTING = "the projection is written for everybody"


def rows(name: str, **types: Any) -> Any:  # noqa: ANN401 - a FROM clause of these columns
    """Return a JSON parameter as rows."""
    columns = [column(key, kind) for key, kind in types.items()]
    given = func.jsonb_to_recordset(bindparam(name, type_=JSONB)).table_valued(*columns)
    return given.render_derived(name=name, with_types=True)


_customers = rows(
    "customers",
    id=Uuid,
    owner=Text,
    department=Text,
    customer_class=Text,
    deleted=Boolean,
    customer_version=Integer,
    generation=Integer,
)
_mapped = rows("mapped", original_id=Uuid, customer_id=Uuid)
# Each customer, and each id that was merged into it: as what it is known here, and as whom.
FOLDED = rows("folded", id=Uuid, into=Uuid)
_SPREAD = ("owner", "department", "customer_class", "deleted")
_SEEN = (*_SPREAD, "customer_version", "generation")
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_its_own = Identity.current_id == Identity.original_id

# Which of the customers are newer than what is held.
FRESH = Statement(
    select(_customers.c.id)
    .select_from(_customers.outerjoin(Identity, Identity.original_id == _customers.c.id))
    .where(
        or_(
            Identity.original_id.is_(None),
            tuple_(Identity.generation, Identity.customer_version)
            < tuple_(_customers.c.generation, _customers.c.customer_version),
        )
    ),
    unguarded=PROJECTING,
)
_upsert = insert(Identity).from_select(
    ["original_id", "current_id", "provisional", *_SEEN],
    select(
        _customers.c.id,
        _customers.c.id.label("current_id"),
        false(),
        *(_customers.c[name] for name in _SEEN),
    ),
)
# A record that was merged away is told as deleted: its id goes on meaning who it was merged into. One that is
# told as it is, is of its own.
_away = and_(_upsert.excluded.deleted, ~_its_own)
_kept = {
    name: case((_away, getattr(Identity, name)), else_=_upsert.excluded[name])
    for name in (*_SPREAD, "current_id")
}
KEEP = Statement(
    _upsert.on_conflict_do_update(
        index_elements=[Identity.original_id],
        set_={
            "provisional": false(),
            **_kept,
            **{name: _upsert.excluded[name] for name in ("customer_version", "generation")},
        },
    ),
    unguarded=PROJECTING,
)
# Ids of merged records that were never told here.
MEET = Statement(
    insert(Identity)
    .from_select(
        ["original_id", "current_id"], select(FOLDED.c.id, FOLDED.c.into).where(FOLDED.c.id != FOLDED.c.into)
    )
    .on_conflict_do_nothing()
)
FOLD = Statement(
    update(Identity)
    .where(Identity.original_id == FOLDED.c.id, Identity.current_id != FOLDED.c.into)
    .values(current_id=FOLDED.c.into)
)
_still = select(FOLDED.c.id).where(FOLDED.c.id == Identity.original_id).correlate(Identity).exists()
# Records that a customer no longer has are of their own again, and absent until they are told.
PART = Statement(
    update(Identity)
    .where(Identity.current_id == any_(_IDS), ~_its_own, Identity.customer_id.is_(None), ~_still)
    .values(current_id=Identity.original_id, deleted=true())
    .returning(Identity.original_id),
    unguarded=PROJECTING,
)
# A stranger's id becomes one of the customer's; later identities of that customer leave it where it is.
MAP = Statement(
    update(Identity)
    .where(
        Identity.original_id == _mapped.c.original_id, Identity.provisional, Identity.customer_id.is_(None)
    )
    .values(customer_id=_mapped.c.customer_id)
)
_whole = aliased(Identity, name="whole")
_stray = aliased(Identity, name="stray")
_strays = (
    select(_stray.original_id, _stray.current_id.label("was"), _whole.current_id.label("now"))
    .join(_whole, _stray.customer_id == _whole.original_id)
    .where(_whole.original_id == any_(_IDS), _stray.current_id != _whole.current_id)
    .order_by(_stray.original_id)
    .cte("strays")
)
# A stranger means whomever the customer means that it turned out to be: whose id is among `ids`.
FOLLOW = Statement(
    update(Identity)
    .where(Identity.original_id == _strays.c.original_id)
    .values(current_id=_strays.c.now, version=Identity.version + 1)
    .returning(
        Identity.original_id,
        Identity.customer_id,
        Identity.current_id,
        _strays.c.was,
        Identity.version,
    ),
    unguarded=PROJECTING,
)


def _differs(one: Any, other: Any) -> Any:  # noqa: ANN401 - models
    return or_(*(getattr(one, name).is_distinct_from(getattr(other, name)) for name in _SPREAD))


# All ids of a customer have its owner.
SPREAD = Statement(
    update(Identity)
    .where(
        _whole.original_id == any_(_IDS),
        _whole.current_id == _whole.original_id,
        Identity.current_id == _whole.original_id,
        ~_its_own,
        _differs(Identity, _whole),
    )
    .values({name: getattr(_whole, name) for name in _SPREAD})
)


def gone() -> Select[Any]:
    """Select the customers that a new snapshot, of the generation `before`, no longer has.

    Generation 0 came from asking, perhaps after the snapshot began: the feed will tell of it.
    """
    earlier = and_(Identity.generation > 0, Identity.generation < bindparam("before", type_=Integer))
    return select(Identity.original_id).where(~Identity.provisional, earlier)


SWEEP = Statement(
    update(Identity).where(Identity.current_id.in_(gone())).values(deleted=true()), unguarded=PROJECTING
)
