"""Who has an address or a number: exactly one customer, or a stranger named by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.interaction.identities.asking import Customers
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


def by_email(address: str) -> Way:
    """Return the way of an e-mail address."""
    return Way("email", address.lower(), "email")


def by_phone(number: str) -> Way:
    """Return the way of a phone number, as it was written but for what only divides its digits."""
    return Way("phone", "".join(each for each in number if each not in " -().\u00a0\t") or number, "phone")


async def whose(customers: Customers, ways: Sequence[Way]) -> Key:
    """Return the customer who alone has one of the ways; else the name of a stranger, the first of them.

    Several who share one, several for several ways, none, or nobody to ask: it is left to people to say who.
    """
    found = set()
    for way in dict.fromkeys(ways):
        holders = [] if way.field is None else await customers.holders(way.field, way.value)
        if holders is None or len(holders) > 1:
            return ways[0].name
        found |= set(holders)
    return found.pop() if len(found) == 1 else ways[0].name
