"""Who has an address or a number: exactly one customer, or a stranger named by it."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.interaction.correspondents.numbers import comparable
from services.interaction.identities.asking import Customers
from services.interaction.identities.people import Key, Name

LONGEST, AT_ONCE = 200, 8  # characters of a name; questions


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


def by_phone(number: str, country: str) -> Way:
    """Return the way of a phone number, however it is written: the name by which calls know its stranger."""
    return Way("phone", comparable(number, country) or number, "phone")


async def whose(customers: Customers, ways: Sequence[Way]) -> Key:
    """Return the customer who alone has one of the ways; else the name of a stranger, the first of them.

    Several who share one, several for several ways, none, or nobody to ask: it is left to people to say who.
    """
    asked = [customers.holders(way.field, way.value) for way in dict.fromkeys(ways) if way.field]
    found = set[UUID]()
    for holders in await asyncio.gather(*asked):
        if holders is None or len(holders) > 1:
            return ways[0].name
        found |= set(holders)
    return found.pop() if len(found) == 1 else ways[0].name


async def whose_each(customers: Customers, wanted: Collection[tuple[Way, ...]]) -> dict[tuple[Way, ...], Key]:
    """Return whose each is, some asked for at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def ask(ways: tuple[Way, ...]) -> Key:
        async with places:
            return await whose(customers, ways)

    distinct = list(dict.fromkeys(wanted))
    return dict(zip(distinct, await asyncio.gather(*map(ask, distinct)), strict=True))
