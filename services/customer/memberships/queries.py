"""Memberships as they are shown and kept, from the side of the group and of the customer."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Text, Uuid, and_, any_, bindparam, select
from sqlalchemy.orm import aliased

from keeping.keeper import Keeper
from services.customer.base import FEED
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from services.customer.group_events.queries import activity
from services.customer.groups.models import Group
from services.customer.memberships.days import check
from services.customer.memberships.models import Membership
from services.customer.memberships.schemas import MembershipRead
from shared.statements import json_object, visible


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a membership."""
    return json_object(**{name: getattr(t, name) for name in MembershipRead.model_fields})


def owner(t: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:  # noqa: ANN401 - as above
    """Return the owner and department of a membership: its customer's."""
    whose = select(Customer).where(Customer.id == current(t.customer_id))
    of_owner, of_department = (
        whose.with_only_columns(column).scalar_subquery() for column in (Customer.owner, Customer.department)
    )
    return of_owner, of_department


_GROUP, _WHOSE = aliased(Group), aliased(Customer)
MEMBERSHIPS = Keeper(
    FEED,
    "membership",
    Membership,
    rendering,
    owner=owner,
    live=and_(
        select(_WHOSE.id)
        .where(_WHOSE.id == current(Membership.customer_id), _WHOSE.deleted_at.is_(None))
        .exists(),
        select(_GROUP.id).where(_GROUP.id == Membership.group_id, _GROUP.deleted_at.is_(None)).exists(),
    ),
    check=check,
)
_PAGE = {
    "last_id": Membership.id > bindparam("last_id", type_=Uuid),
    "status": Membership.status == bindparam("status", type_=Text),
}
_LIMIT = bindparam("limit", type_=Integer)
_customer, _group = aliased(Customer), aliased(Group)
_shown = json_object(
    membership=rendering(Membership),
    customer=json_object(id=_customer.id, kind=_customer.kind, name=_customer.name),
    activity=activity(Membership.group_id, _customer),
)
OF_GROUP = visible(
    MEMBERSHIPS.shown.with_only_columns(Membership.id, _shown.label("data"))
    .join(_customer, _customer.id == current(Membership.customer_id))
    .where(Membership.group_id == bindparam("group_id", type_=Uuid))
    .order_by(Membership.id)
    .limit(_LIMIT),
    Membership,
    _PAGE,
)
_shown = json_object(
    membership=rendering(Membership),
    group=json_object(id=_group.id, kind=_group.kind, name=_group.name),
    activity=activity(Membership.group_id, _customer),
)
OF_CUSTOMER = visible(
    MEMBERSHIPS.shown.with_only_columns(Membership.id, _shown.label("data"))
    .join(_group, _group.id == Membership.group_id)
    .join(_customer, _customer.id == current(Membership.customer_id))
    .where(Membership.customer_id == any_(bindparam("customer_ids", type_=ARRAY(Uuid))))
    .order_by(Membership.id)
    .limit(_LIMIT),
    Membership,
    _PAGE,
)
# The membership that a customer, under any of its ids, has in a group.
HELD = visible(
    MEMBERSHIPS.shown.with_only_columns(Membership.id).where(
        Membership.group_id == bindparam("group_id", type_=Uuid),
        Membership.customer_id == any_(bindparam("customer_ids", type_=ARRAY(Uuid))),
    ),
    Membership,
)
