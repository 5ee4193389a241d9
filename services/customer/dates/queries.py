"""Important dates as they are shown and kept."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Uuid, any_, bindparam, select

from keeping.keeper import Keeper
from services.customer.base import FEED
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from services.customer.dates.days import check_day
from services.customer.dates.models import ImportantDate
from services.customer.dates.schemas import ImportantDateRead
from shared.statements import json_object, visible

_FIELDS = [name for name in ImportantDateRead.model_fields if name != "masked"]


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render an important date."""
    return json_object(**{name: getattr(t, name) for name in _FIELDS})


def owner(t: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:  # noqa: ANN401 - as above
    """Return the owner and department of a date: its customer's."""
    mine = select(Customer).where(Customer.id == current(t.customer_id))
    columns = (Customer.owner, Customer.department)
    of_owner, of_department = (mine.with_only_columns(column).scalar_subquery() for column in columns)
    return of_owner, of_department


DATES = Keeper(
    FEED,
    "important_date",
    ImportantDate,
    rendering,
    owner=owner,
    live=select(Customer.id)
    .where(Customer.id == current(ImportantDate.customer_id), Customer.deleted_at.is_(None))
    .exists(),
    check=check_day,
)
OF_CUSTOMER = visible(
    DATES.shown.where(ImportantDate.customer_id == any_(bindparam("customer_ids", type_=ARRAY(Uuid))))
    .order_by(ImportantDate.id)
    .limit(bindparam("limit", type_=Integer)),
    ImportantDate,
    {"last_id": ImportantDate.id > bindparam("last_id", type_=Uuid)},
)
