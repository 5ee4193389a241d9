"""What customers may be filtered by, and what each field reads."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, func, literal_column, select, true
from sqlalchemy.orm import aliased

from filters.fields import Condition, Field, Read, Single, Take, Words
from filters.kinds import DATE, DECIMAL, INSTANT, INTEGER, TEXT, UUIDS, one_of
from services.customer.customers.contacts import key, sought
from services.customer.customers.models import Customer
from services.customer.customers.schemas import CustomerKind
from services.customer.search.attributes import Attributes


class Contacts(Words):
    """The contact points of one type, in whatever form they are written."""

    def __init__(self, type_: str, country: str) -> None:
        super().__init__(Customer.contact_keys)
        self.type, self.country = type_, country
        self.name = f"{type_}, in any written form"

    def read(self, op: str, value: object, path: str) -> Read:
        """Return the keys that are looked for; a value that cannot be normalized finds nobody."""
        form, values = super().read(op, value, path)
        return form, [[sought(self.type, each, self.country) for each in given] for given in values]

    def condition(self, op: str, form: Any, take: Take) -> Condition:  # noqa: ANN401 - whether to exist
        """Return the predicate: by ids that the index gives, so that no plan walks the list to find them."""
        if op == "exists":
            each = func.unnest(Customer.contact_keys).column_valued("each")
            scheme: ColumnElement[str] = literal_column(f"'{key(self.type, '')}'")
            some = select(each).where(func.starts_with(each, scheme)).exists()
            return some if form else ~some
        found = aliased(Customer)
        reached = select(found.id).where(found.contact_keys.bool_op("&&")(take(ARRAY(Text))))
        return Customer.id == any_(func.array(reached.scalar_subquery()))


class Systems(Words):
    """The other systems that know the customer."""

    def __init__(self) -> None:
        super().__init__(Customer.identities)

    def condition(self, op: str, form: Any, take: Take) -> Condition:  # noqa: ANN401 - whether to exist
        """Return the predicate."""
        if op == "exists":
            known = func.jsonb_array_length(self.expression) > literal_column("0")
            return known if form else known.is_not(true())
        systems = func.jsonb_path_query_array(self.expression, literal_column("'$[*].system'"))
        return systems.bool_op("?|")(take(ARRAY(Text)))


@cache
def fields(country: str) -> Mapping[str, Field]:
    """Return the allow-list; `country` is where numbers without a prefix are dialled."""
    return {
        "id": Single(Customer.id, UUIDS),
        "kind": Single(Customer.kind, one_of(*CustomerKind)),
        "name": Single(Customer.name, TEXT),
        "owner": Single(Customer.owner, TEXT),
        "department": Single(Customer.department, TEXT),
        "region": Single(Customer.region, TEXT),
        "customer_class": Single(Customer.customer_class, TEXT),
        "tags": Words(Customer.tags),
        "phone": Contacts("phone", country),
        "email": Contacts("email", country),
        "identities.system": Systems(),
        "acquisition.on": Single(Customer.acquired_on, DATE),
        "acquisition.source": Single(Customer.acquisition_source, TEXT),
        "acquisition.campaign": Single(Customer.acquisition_campaign, TEXT),
        "acquisition.cost": Single(Customer.acquisition_cost, DECIMAL),
        "acquisition.cost.currency": Single(Customer.acquisition_currency, TEXT),
        "attributes": Attributes(),
        "version": Single(Customer.version, INTEGER),
        "created_at": Single(Customer.created_at, INSTANT),
        "updated_at": Single(Customer.updated_at, INSTANT),
    }
