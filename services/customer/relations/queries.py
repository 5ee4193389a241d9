"""Relations as they are shown and kept, and the steps from customers to those they are tied to."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from keeping.keeper import Keeper
from services.customer.base import FEED
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from services.customer.relations.models import Relation
from services.customer.relations.rules import check
from services.customer.relations.schemas import RelationDirection, RelationRead
from shared.statements import Visible, json_object, visible

_FIELDS = [name for name in RelationRead.model_fields if name != "masked"]
FROM, TO = current(Relation.from_customer_id), current(Relation.to_customer_id)


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a relation."""
    members = {name: getattr(t, name) for name in _FIELDS}
    return json_object(**members | {"share": cast(t.share, Text)})


def owner(t: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:  # noqa: ANN401 - as above
    """Return owner and department of the customer that a relation goes out from; who sees it sees both."""
    whose = select(Customer).where(Customer.id == current(t.from_customer_id))
    columns = (Customer.owner, Customer.department)
    of_owner, of_department = (whose.with_only_columns(column).scalar_subquery() for column in columns)
    return of_owner, of_department


def _live(id_: ColumnElement[Any]) -> ColumnElement[bool]:
    end = aliased(Customer)
    return select(end.id).where(end.id == id_, end.deleted_at.is_(None)).exists()


RELATIONS = Keeper(
    FEED,
    "relation",
    Relation,
    rendering,
    owner=owner,
    live=and_(_live(FROM), _live(TO), FROM != TO),  # by a merge both ends can become one customer
    check=check,
)
# Relations that hold on some of the days from `first` to `last`, either of which may be open.
ON_DAYS = {
    "last": or_(Relation.valid_from.is_(None), Relation.valid_from <= bindparam("last", type_=Date)),
    "first": or_(Relation.valid_to.is_(None), Relation.valid_to >= bindparam("first", type_=Date)),
}


def among(column: Any, parameter: str) -> ColumnElement[bool]:  # noqa: ANN401 - a column of ids
    """Whether an id is one of those in a parameter."""
    found: ColumnElement[bool] = column == any_(bindparam(parameter, type_=ARRAY(Uuid)))
    return found


def _of_customer(direction: RelationDirection) -> Visible:
    """Return the relations that go out from a customer, or come in to it."""
    outgoing = direction is RelationDirection.OUTGOING
    mine, theirs = (Relation.from_customer_id, TO) if outgoing else (Relation.to_customer_id, FROM)
    other = aliased(Customer)
    data = json_object(
        direction=literal_column(f"'{direction}'"),
        other=json_object(id=other.id, kind=other.kind, name=other.name),
        relation=rendering(Relation),
    )
    return visible(
        RELATIONS.shown.with_only_columns(Relation.id, data.label("data"))
        .join(other, other.id == theirs)
        .where(among(mine, "customer_ids"))
        .order_by(Relation.id)
        .limit(bindparam("limit", type_=Integer)),
        Relation,
        {
            "last_id": Relation.id > bindparam("last_id", type_=Uuid),
            "type": Relation.type == bindparam("type", type_=Text),
            "role": Relation.role == bindparam("role", type_=Text),
            **ON_DAYS,
        },
    )


OF_CUSTOMER = {direction: _of_customer(direction) for direction in RelationDirection}
