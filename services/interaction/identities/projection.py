"""The statements that keep the projection of customer's identities."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    column,
    delete,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.interaction.identities.models import ExternalIdentity, Identity
from shared.statements import Statement

PROJECTING = "the projection is written for everybody"


def _rows(name: str, **types: Any) -> Any:  # noqa: ANN401 - a FROM clause of these columns
    columns = [column(key, kind) for key, kind in types.items()]
    given = func.jsonb_to_recordset(bindparam(name, type_=JSONB)).table_valued(*columns)
    return given.render_derived(name=name, with_types=True)


_customers = _rows(
    "customers",
    id=Uuid,
    owner=Text,
    department=Text,
    deleted=Boolean,
    customer_version=Integer,
    generation=Integer,
)
_names = _rows("names", system=Text, external_id=Text, customer_id=Uuid)
_mapped = _rows("mapped", original_id=Uuid, current_id=Uuid)
_told = {name: _customers.c[name] for name in ("owner", "department", "deleted")}
_seen = {**_told, **{name: _customers.c[name] for name in ("customer_version", "generation")}}
_same_name = and_(
    ExternalIdentity.system == _names.c.system, ExternalIdentity.external_id == _names.c.external_id
)
_other = and_(_same_name, ExternalIdentity.customer_id != _names.c.customer_id)
_ids = bindparam("ids", type_=ARRAY(Uuid))

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
# Names that are new; those that others are just giving to a stranger are waited for.
NAME = Statement(
    insert(ExternalIdentity)
    .from_select(["system", "external_id", "customer_id"], select(*_names.c))
    .on_conflict_do_nothing()
)
# Names that lead to somebody else so far: locked, and whom they lead to.
OTHERS = Statement(
    select(ExternalIdentity.customer_id.label("original_id"), _names.c.customer_id.label("current_id"))
    .join_from(ExternalIdentity, _names, _other)
    .order_by(ExternalIdentity.system, ExternalIdentity.external_id)
    .with_for_update(of=ExternalIdentity)
)
TURN = Statement(update(ExternalIdentity).where(_other).values(customer_id=_names.c.customer_id))
# Names that their customers no longer have.
FORGET = Statement(
    delete(ExternalIdentity).where(
        ExternalIdentity.customer_id == func.any(_ids),
        ~select(_names.c.system).where(_same_name).correlate(ExternalIdentity).exists(),
    )
)
_upsert = insert(Identity).from_select(
    ["original_id", "current_id", "provisional", *_seen],
    select(_customers.c.id, _customers.c.id.label("current_id"), false(), *_seen.values()),
)
KEEP = Statement(
    _upsert.on_conflict_do_update(
        index_elements=[Identity.original_id],
        set_={"provisional": false(), **{name: _upsert.excluded[name] for name in _seen}},
    )
)
# A stranger's id becomes one of the customer's; later identities of that customer leave it where it is.
MAP = Statement(
    update(Identity)
    .where(
        Identity.original_id == _mapped.c.original_id,
        Identity.provisional,
        Identity.current_id == Identity.original_id,
    )
    .values(current_id=_mapped.c.current_id, version=Identity.version + 1)
    .returning(Identity.original_id, Identity.current_id, Identity.version)
)
# All ids of a customer have its owner.
SPREAD = Statement(
    update(Identity)
    .where(Identity.current_id == _customers.c.id, Identity.original_id != _customers.c.id)
    .values(_told)
)
# Generation 0 came from asking, perhaps after the snapshot began: the feed will tell of it.
_gone = select(Identity.original_id).where(
    ~Identity.provisional, Identity.generation > 0, Identity.generation < bindparam("before", type_=Integer)
)
SWEEP = Statement(
    update(Identity).where(Identity.current_id.in_(_gone)).values(deleted=true()), unguarded=PROJECTING
)
UNNAME = Statement(
    delete(ExternalIdentity).where(ExternalIdentity.customer_id.in_(_gone)), unguarded=PROJECTING
)
