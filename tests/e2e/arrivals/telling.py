"""One fact as a source sends it, and who tells them: all chance from one seed, all names from one side."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.arrivals.people import HALVES, LATE, Person, Side, whose

START, DAYS = datetime(2025, 1, 5, tzinfo=UTC), 200


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a source sends: where it is posted, and what.

    `record` is what it is of, `of` under whom that is found at the end, and `kind` as what; what is `None`
    stands on no timeline. Of several facts of a record the last one holds.
    """

    at: datetime
    path: str
    body: dict[str, Any]
    record: str
    of: str
    kind: str | None
    occurred_at: datetime | None


@dataclass
class Teller:
    """Makes facts; all that is random comes from one seed, all that names somebody from one side."""

    side: Side
    dice: random.Random
    facts: list[Fact] = field(default_factory=list)
    made: int = 0

    def next(self, what: str) -> str:
        """Return a new name."""
        self.made += 1
        return f"{self.side.mark}-{what}{self.made}"

    def time(self) -> datetime:
        """Return when something happened, to the second."""
        return START + timedelta(seconds=self.dice.randrange(DAYS * 86_400))

    def person(self) -> Person:
        """Choose somebody."""
        return self.side.person(self.dice.randrange(self.side.size))

    def reference(self, person: Person) -> Any:
        """Name somebody by id, as far as there is one before facts arrive, or by the ERP's name."""
        known = person.fate != LATE and self.dice.random() < 0.3
        return {"$id": person.number} if known else person.name

    def of(self, person: Person) -> str:
        """Return the path of who a person is in the end."""
        return path_of(whose(self.side, person).name)

    def tell(self, at: datetime, path: str, body: dict[str, Any], **about: Any) -> None:
        """Keep a fact."""
        self.facts.append(Fact(at, path, body, **about))

    def versions(self, path: str, kind: str, of: str, bodies: list[tuple[datetime, dict[str, Any]]]) -> None:
        """Keep what a source says of a record, each time as a whole and with when it changed it."""
        for at, body in bodies:
            said = {**body, "source_updated_at": at.isoformat()}
            record = f"{path} {body['source']['id']}"
            self.tell(at, path, said, record=record, of=of, kind=kind, occurred_at=_occurred(path, body))


def path_of(name: dict[str, str]) -> str:
    """Return by what a path calls somebody."""
    return f"{name['system']}:{name['id']}".replace("+", "%2B")


def unknown(teller: Teller) -> tuple[str, str]:
    """Choose a number, of one, of two, of nobody; return it, and under whom is found what comes from it."""
    dice = teller.dice
    if dice.random() < 0.1:
        phone = teller.side.phone(teller.side.size + dice.randrange(teller.side.size // 4))
        return phone, path_of({"system": "phone", "id": f"+86{phone}"})
    person = teller.person()
    if person.fate == HALVES:
        return person.phone, path_of({"system": "phone", "id": f"+86{person.phone}"})
    return person.phone, teller.of(person)


def _occurred(path: str, body: dict[str, Any]) -> datetime:
    if path == "deliveries":
        return datetime.fromisoformat(body.get("delivered_at", f"{body['promised_on']}T00:00:00+00:00"))
    names = ("occurred_at", "placed_at", "paid_at", "returned_at", "issued_at", "made_at", "raised_at")
    return datetime.fromisoformat(next(body[name] for name in names if name in body))
