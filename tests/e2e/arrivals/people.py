"""One set of customers; another has the same ones under other names, so that both can be compared."""

import random
from dataclasses import dataclass, field
from typing import Any

import httpx

FIRM = "arrivals-firm.test"  # whose mail addresses are ours
AT_ONCE = 500  # customers in a batch
HALVES, LATE, FOLDED = "halves", "late", "folded"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: what happens to them, under which name facts name them, their number and their address.

    `halves` share a number with a neighbour, so it is nobody's; who is `late` is entered while facts arrive;
    `folded` is merged into the neighbour before while facts arrive.
    """

    number: int
    fate: str
    name: dict[str, str]
    phone: str
    email: str


@dataclass(frozen=True)
class Side:
    """A set of customers: `mark` is in all of their names, `digits` begin all of their numbers."""

    mark: str
    digits: str
    size: int
    ids: dict[int, str] = field(default_factory=dict)

    def person(self, number: int) -> Person:
        """Return one of them."""
        fate = {3: HALVES, 4: HALVES, 7: FOLDED, 9: LATE}.get(number % 10, "")
        phone = self.phone(number - 1 if number % 10 == 4 else number)
        name = {"system": "erp", "id": f"{self.mark}-C{number}"}
        return Person(number, fate, name, phone, f"c{number}@{self.mark}.test")

    @property
    def people(self) -> list[Person]:
        """All of them."""
        return [self.person(number) for number in range(self.size)]

    def phone(self, number: int) -> str:
        """Return a number; those from `size` on are nobody's."""
        return f"{self.digits}{number:04}"

    def blank(self, text: str) -> str:
        """Take what is of this side only out of a text."""
        return text.replace(self.mark, "*").replace(self.digits, "#")


def sides(seed: int, size: int, run: str) -> tuple[Side, Side]:
    """Return two sets alike, whose names nobody else has."""
    dice = random.Random(f"{seed} {run}")  # noqa: S311 - names, not secrets
    one, other = dice.sample(range(100, 1000), 2)
    return Side(f"ra{run}", f"1350{one}", size), Side(f"rb{run}", f"1370{other}", size)


def enter(api: httpx.Client, side: Side, *, late: bool) -> None:
    """Enter the customers who are known from the start, or those who come late."""
    people = [person for person in side.people if (person.fate == LATE) is late]
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        answer = api.post("/v1/customers/batch", json={"items": [_body(side, person) for person in some]})
        results = answer.raise_for_status().json()["results"]
        for person, result in zip(some, results, strict=True):
            assert result["problem"] is None, result
            side.ids[person.number] = result["id"]


def fold(api: httpx.Client, side: Side) -> None:
    """Merge those who turn out to be their neighbours."""
    for person in side.people:
        if person.fate == FOLDED:
            into = side.person(person.number - 1).name
            body = {"survivor": into, "duplicates": [person.name], "reason": "the same person"}
            api.post("/v1/merges", json=body).raise_for_status()


def whose(side: Side, person: Person) -> Person:
    """Return who a person is once all have been merged and entered."""
    return side.person(person.number - 1) if person.fate == FOLDED else person


def _body(side: Side, person: Person) -> dict[str, Any]:
    body = {
        "name": f"顾客 {person.name['id']}",
        "identities": [person.name],
        "customer_class": side.mark,
        "owner": f"{side.mark}-u{person.number % 5}",
    }
    if person.fate == LATE:  # known by number and address under which facts may have come
        phone, email = f"+86{person.phone}", person.email
        names = [{"system": "phone", "id": phone}, {"system": "email", "id": email}]
        return {**body, "identities": [person.name, *names]}
    points = [{"type": "phone", "value": person.phone}, {"type": "email", "value": person.email}]
    return {**body, "contact_points": points}
