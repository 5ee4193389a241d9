"""The filters of a list in a query string, and the same as a filter tree."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query

from services.customer.customers.contacts import sought
from services.customer.customers.schemas import CustomerKind
from services.customer.search.schemas import Question
from shared.auth import Principal
from shared.errors import MaskedField
from shared.schemas import Instant, Text

_OPERATORS = {"tag": "contains", "phone": "contains", "email": "contains"} | dict.fromkeys(
    ("created_after", "updated_after"), "gt"
)
_FIELDS = {"tag": "tags", "created_after": "created_at", "updated_after": "updated_at"}
_PERSONAL = ("phone", "email")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters that a list was asked for, without those that are absent, and its search string."""

    q: str | None
    given: dict[str, Any]

    def parameters(self, country: str) -> dict[str, Any]:
        """Return the parameters of the list's statement; `country` is where numbers are dialled."""
        told: dict[str, Any] = dict.fromkeys((*_PLAIN, "tags", *_PERSONAL, "created_after", "updated_after"))
        told |= {name: value for name, value in self.given.items() if name != "tag"}
        told |= {name: [sought(name, self.given[name], country)] for name in _PERSONAL if name in self.given}
        return told | ({"tags": [self.given["tag"]]} if "tag" in self.given else {})

    def tree(self, principal: Principal) -> dict[str, Any] | None:
        """Return the filters as a tree; MaskedField for personal data that the principal may not read."""
        if not principal.personal and (refused := [name for name in _PERSONAL if name in self.given]):
            raise MaskedField(parameter=refused[0])
        nodes = [
            {"field": _FIELDS.get(name, name), "op": _OPERATORS.get(name, "eq"), "value": _written(value)}
            for name, value in self.given.items()
        ]
        return {"and": nodes} if nodes else None


_PLAIN = ("kind", "owner", "department", "region", "customer_class")


async def filters(  # noqa: PLR0913 - one parameter per filter
    *,
    kind: CustomerKind | None = None,
    owner: Text | None = None,
    department: Text | None = None,
    region: Text | None = None,
    customer_class: Text | None = None,
    tag: Text | None = None,
    phone: Annotated[Text | None, Query(description="In any written form.")] = None,
    email: Text | None = None,
    created_after: Instant | None = None,
    updated_after: Annotated[
        Instant | None, Query(description="Without `q`, orders by the last update.")
    ] = None,
) -> dict[str, Any]:
    """Return the filters that are given."""
    given = {
        "kind": kind,
        "owner": owner,
        "department": department,
        "region": region,
        "customer_class": customer_class,
        "tag": tag,
        "phone": phone,
        "email": email,
        "created_after": created_after,
        "updated_after": updated_after,
    }
    return {name: value for name, value in given.items() if value is not None}


async def chosen(
    given: Annotated[dict[str, Any], Depends(filters)],
    q: Annotated[
        Question | None, Query(description="A name in any script, a phone number, an id, ...")
    ] = None,
) -> Chosen:
    """Return what a list is asked for."""
    return Chosen(q, given)


async def everybody(given: Annotated[dict[str, Any], Depends(filters)]) -> Chosen:
    """Return what a stream is asked for: a list's filters, without a search string."""
    return Chosen(None, given)


Choice = Annotated[Chosen, Depends(chosen)]
Everybody = Annotated[Chosen, Depends(everybody)]


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
