"""Reading the records that are compared, as JSON texts for `records.record`; nobody is shown them."""

from typing import Any

from sqlalchemy import Date, Integer, Text, Uuid, bindparam, cast, func, literal_column, select

from services.customer.customers.models import Customer
from services.customer.dates.models import ImportantDate
from shared.statements import Statement

COMPARED = "only the scorer reads it: callers get levels and weights, of pairs that they see"
_born = func.make_date(ImportantDate.year, ImportantDate.month, ImportantDate.day, type_=Date)
_BIRTHDAY = (
    select(func.min(cast(_born, Text)))
    .where(
        ImportantDate.customer_id == Customer.id,
        ImportantDate.deleted_at.is_(None),
        ImportantDate.occasion == literal_column("'birthday'"),
        ImportantDate.calendar == literal_column("'solar'"),
        ImportantDate.year.is_not(None),
    )
    .scalar_subquery()
)
_MEMBERS = {
    "kind": Customer.kind,
    "name": Customer.name,
    "family_name": Customer.family_name,
    "contact_keys": Customer.contact_keys,
    "addresses": Customer.addresses,
    "identities": Customer.identities,
    "attributes": Customer.attributes,
    "birthday": _BIRTHDAY,
}
_PAIRS = [part for name, value in _MEMBERS.items() for part in (literal_column(f"'{name}'"), value)]


def records() -> Any:  # noqa: ANN401 - a select
    """Select `id` and `record` of the customers there are."""
    text = cast(func.json_build_object(*_PAIRS), Text).label("record")
    return select(Customer.id, text).where(Customer.deleted_at.is_(None))


PAGE = Statement(
    records()
    .where(Customer.id > bindparam("after", type_=Uuid))
    .order_by(Customer.id)
    .limit(bindparam("limit", type_=Integer)),
    unguarded=COMPARED,
    clear=COMPARED,
)
COUNT = Statement(
    select(func.count()).select_from(Customer).where(Customer.deleted_at.is_(None)), unguarded=COMPARED
)
ONE = Statement(
    records().where(Customer.id == bindparam("id", type_=Uuid)), unguarded=COMPARED, clear=COMPARED
)
