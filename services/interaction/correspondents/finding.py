"""Who has an address or a number: exactly one customer, or a stranger named by it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.interaction.correspondents.numbers import comparable
from services.interaction.identities.asking import Customers, Holders, Point
from services.interaction.identities.people import Key, Name

LONGEST = 200  # characters of a name


@dataclass(frozen=True, slots=True)
class Way:
    """A way to reach somebody; `field` is that of customers, None where only a name in `system` can tell."""

    system: str
    value: str
    field: str | None = None

    @property
    def name(self) -> Name:
        """The name of the stranger who has it."""
        return self.system, self.value[:LONGEST] or "?"

    @property
    def point(self) -> Point:
        """What is asked about."""
        return Point(self.field or "", self.value)


Ways = tuple[Way, ...]


def by_email(address: str) -> Way:
    """Return the way of an e-mail address."""
    return Way("email", address.lower(), "email")


def by_phone(number: str, country: str) -> Way:
    """Return the way of a phone number, however it is written: the name by which calls know its stranger."""
    return Way("phone", comparable(number, country) or number, "phone")


async def whose(customers: Customers, wanted: Collection[Ways]) -> dict[Ways, Key]:
    """Return for each the customer who alone has one of its ways; else its stranger: the name of the first.

    Several who share one, several for several ways, none, or nobody to ask: it is left to people to say who.
    All are asked for together.
    """
    told = await customers.holders([way.point for ways in wanted for way in ways if way.field])
    return {ways: _one(ways, told or {}) for ways in wanted}


def _one(ways: Ways, told: Holders) -> Key:
    found = set[UUID]()
    for way in ways:
        holders = {each.customer_id for each in told.get(way.point, ()) if each.sure}
        if len(holders) > 1:
            return ways[0].name
        found |= holders
    return found.pop() if len(found) == 1 else ways[0].name
