"""Reads of customers; `RECORD` is the one JSON in which everybody gets them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, aliased

from feed.history import History
from services.customer.base import FEED
from services.customer.customers.models import PERSONAL_FIELDS, Customer, FormerId, Identity
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.references import Reference
from shared.auth import Principal
from shared.statements import Runner, Statement, Visible, json_object, visible

_COST = json_object(amount=cast(Customer.acquisition_cost, Text), currency=Customer.acquisition_currency)
_ACQUISITION = json_object(
    on=Customer.acquired_on,
    source=Customer.acquisition_source,
    campaign=Customer.acquisition_campaign,
    cost=case((Customer.acquisition_cost.is_not(None), _COST)),
)
_HOW = (
    Customer.acquired_on,
    Customer.acquisition_source,
    Customer.acquisition_campaign,
    Customer.acquisition_cost,
)
# Addresses that are older than the members that we add to them are shown with these.
_SINCE: ColumnElement[Any] = literal_column(
    """'{"district": null, "formatted": [], "formatted_latin": null, "problems": []}'::jsonb"""
)
_EACH = func.jsonb_array_elements(Customer.addresses).table_valued("value").c.value
_ADDRESSES = case(
    (
        func.jsonb_path_exists(Customer.addresses, literal_column("'$[*] ? (!exists(@.formatted))'")),
        select(func.jsonb_agg(_SINCE.concat(_EACH))).scalar_subquery(),
    ),
    else_=Customer.addresses,
)
_MEMBERS: dict[str, Any] = {
    "id": Customer.id,
    "kind": Customer.kind,
    "name": Customer.name,
    "given_name": Customer.given_name,
    "family_name": Customer.family_name,
    "contact_points": Customer.contact_points,
    "addresses": _ADDRESSES,
    "identities": Customer.identities,
    "owner": Customer.owner,
    "department": Customer.department,
    "region": Customer.region,
    "customer_class": Customer.customer_class,
    "acquisition": case((func.num_nonnulls(*_HOW) > literal_column("0"), _ACQUISITION)),
    "tags": Customer.tags,
    "attributes": Customer.attributes,
    "merged_ids": Customer.merged_ids,
    "version": Customer.version,
    "created_at": Customer.created_at,
    "updated_at": Customer.updated_at,
}
RECORD = json_object(**_MEMBERS)
LISTED = json_object(**_MEMBERS, match=null())  # of those whom no search string found
_TIME = DateTime(timezone=True)
_DATA = RECORD.label("data")
_LIVE = Customer.deleted_at.is_(None)
_AMONG_IDS = Customer.id == any_(bindparam("ids", type_=ARRAY(Uuid)))


def recordset(parameter: str, *columns: ColumnElement[Any]) -> FromClause:
    """Return a JSON parameter as rows; their number, unlike an array's, no plan depends on."""
    given = func.jsonb_to_recordset(bindparam(parameter, type_=JSONB))
    rows = given.table_valued(*(column(each.name, each.type) for each in columns))
    return rows.render_derived(f"given_{parameter}", with_types=True)


def asked() -> FromClause:
    """Return the identities in the parameter `names`."""
    columns = Identity.__table__.c
    return recordset("names", columns.system, columns.kind, columns.external_id)


def leads_to(identity: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of the table of identities is the given one."""
    name = (Identity.system, Identity.kind, Identity.external_id)
    return tuple_(*name) == tuple_(identity.c.system, identity.c.kind, identity.c.external_id)


_NAMED = select(Identity.customer_id).where(
    Identity.system == bindparam("system", type_=Text),
    Identity.kind == bindparam("kind", type_=Text),
    Identity.external_id == bindparam("name", type_=Text),
)

_ID = bindparam("any_id", type_=Uuid)
_MEANT = select(FormerId.current_id).where(FormerId.original_id == _ID)

# One customer by a Reference: its id, one of its identities, or any id that it ever had; the last is dearer.
CUSTOMER = visible(
    select(Customer.id, Customer.version, Customer.merged_ids, _DATA).where(_LIVE),
    of=Customer,
    filters={
        "id": Customer.id == bindparam("id", type_=Uuid),
        "system": Customer.id == _NAMED.scalar_subquery(),
        "any_id": Customer.id == func.coalesce(_MEANT.scalar_subquery(), _ID),
    },
)
_CURRENT = Statement(
    select(FormerId.original_id, FormerId.current_id).where(
        FormerId.original_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    )
)


async def fetch(on: Runner, principal: Principal, reference: Reference) -> Record:
    """Return `id`, `version`, `merged_ids` and `data` of a customer; CustomerNotFound if none is seen."""
    row = await CUSTOMER.one(on, principal, **reference.parameters())
    if row is None and reference.id is not None:
        row = await CUSTOMER.one(on, principal, any_id=reference.id)
    if row is None:
        raise CustomerNotFound
    return row


def originals(row: Record) -> list[UUID]:
    """Return the ids under which something of a fetched customer may be kept: its own, and those merged."""
    return [row["id"], *row["merged_ids"]]


def current(column: Any) -> ColumnElement[UUID]:  # noqa: ANN401 - a column of customers' ids
    """Return whom the id in a column means now: what hangs on a customer keeps the id that it came with."""
    meant = select(FormerId.current_id).where(FormerId.original_id == column)
    return func.coalesce(meant.correlate_except(FormerId).scalar_subquery(), column)


async def current_ids(on: Runner, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return who those of the ids that were merged away are now."""
    return {row["original_id"]: row["current_id"] for row in await _CURRENT.all(on, ids=list(ids))}


# Held to the end of the transaction, and taken in the order of ids: no two writers wait for each other.
# With `seen`, the `subject` is left out unless it has that version: who is stale need not wait to hear it.
LOCKED = visible(
    select(Customer.id, cast(RECORD, JSONB).label("document"))
    .where(_LIVE, _AMONG_IDS)
    .order_by(Customer.id)
    .with_for_update(),
    of=Customer,
    filters={
        "seen": or_(
            Customer.id != bindparam("subject", type_=Uuid),
            Customer.version == bindparam("seen", type_=Integer),
        )
    },
    clear="the desk works on whole customers, and decides itself what may be written",
)

_TAKEN = select(FormerId.original_id).where(FormerId.original_id == Customer.id).exists()
# Records that were merged away, as LOCKED gives those that are there; and those that were deleted.
_GONE = select(Customer.id, cast(RECORD, JSONB).label("document")).where(
    Customer.deleted_at.is_not(None), _AMONG_IDS
)
AWAY, DELETED = (
    visible(
        _GONE.where(how).order_by(Customer.id).with_for_update(),
        of=Customer,
        clear="the desk works on whole customers, and brings back what was merged away",
    )
    for how in (_TAKEN, ~_TAKEN)
)

# Whom some ids mean, by the ids that were asked for. One statement: no merge or undo comes in between.
_SOUGHT = func.unnest(bindparam("ids", type_=ARRAY(Uuid))).table_valued(column("id", Uuid)).render_derived()
MEANT = visible(
    select(_SOUGHT.c.id.label("sought"), Customer.id, Customer.merged_ids)
    .join_from(_SOUGHT, Customer, Customer.id == current(_SOUGHT.c.id))
    .where(_LIVE),
    of=Customer,
)

# Who holds each name, or null; a subquery, so that every plan asks the index.
_ASKED = asked()
HOLDERS = Statement(select(*_ASKED.c, select(Identity.customer_id).where(leads_to(_ASKED)).scalar_subquery()))


def _told(data: ColumnElement[Any]) -> Visible:
    """Return what the feed tells about customers, and what its snapshot walks."""
    gone = Customer.deleted_at.is_not(None).label("deleted")
    return visible(
        select(Customer.id, Customer.version, gone, case((_LIVE, data)).label("data")), of=Customer
    )


TOLD = _told(RECORD)
BRIEFLY = _told(
    json_object(
        owner=Customer.owner,
        department=Customer.department,
        customer_class=Customer.customer_class,
        identities=Customer.identities,
        merged_ids=Customer.merged_ids,
    )
)


def _reached(parameter: str) -> ColumnElement[Any]:
    """Return the ids of who is reached by the keys, as an array: no plan then walks the list to find them."""
    found = aliased(Customer)
    keys = bindparam(parameter, type_=ARRAY(Text))
    return func.array(select(found.id).where(found.contact_keys.contains(keys)).scalar_subquery())


_CHOOSING: dict[str, ColumnElement[bool]] = {
    "kind": Customer.kind == bindparam("kind", type_=Text),
    "owner": Customer.owner == bindparam("owner", type_=Text),
    "department": Customer.department == bindparam("department", type_=Text),
    "region": Customer.region == bindparam("region", type_=Text),
    "customer_class": Customer.customer_class == bindparam("customer_class", type_=Text),
    "tags": Customer.tags.contains(bindparam("tags", type_=ARRAY(Text))),
    "phone": Customer.id == any_(_reached("phone")),
    "email": Customer.id == any_(_reached("email")),
    "created_after": Customer.created_at > bindparam("created_after", type_=_TIME),
    "updated_after": Customer.updated_at > bindparam("updated_after", type_=_TIME),
}


def _newest(moment: InstrumentedAttribute[datetime]) -> Visible:
    """Return a page of customers by when they were created, or updated, from the cursor backwards."""
    key = tuple_(moment, Customer.id)
    behind = key < tuple_(bindparam("last_at", type_=_TIME), bindparam("last_id", type_=Uuid))
    return visible(
        select(Customer.id, moment.label("at"), LISTED.label("data"))
        .where(_LIVE)
        .order_by(moment.desc(), Customer.id.desc())
        .limit(bindparam("limit", type_=Integer)),
        of=Customer,
        filters={"last_id": behind, **_CHOOSING},
    )


NEWEST, LAST_UPDATED = _newest(Customer.created_at), _newest(Customer.updated_at)
# The same customers by id, onwards.
BY_ID = visible(
    select(Customer.id, LISTED.label("data"))
    .where(_LIVE)
    .order_by(Customer.id)
    .limit(bindparam("limit", type_=Integer)),
    of=Customer,
    filters={"last_id": Customer.id > bindparam("last_id", type_=Uuid), **_CHOOSING},
)

HISTORY = History(FEED, PERSONAL_FIELDS)
