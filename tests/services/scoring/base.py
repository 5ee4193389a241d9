"""A customer base that a test makes up: what other services would tell of it, applied as the worker does."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from feed.consumer import Received
from services.scoring import following
from services.scoring.following import Interactions
from services.scoring.valuing.working import Worker
from shared.auth import Principal
from tests.support.running import Running

SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
CDNOW = Path(__file__).parents[3] / "examples" / "cdnow" / "purchases.csv"
FOLLOWER = Principal.of_service("scoring", "feed:read")


def id_of(name: str) -> UUID:
    """Return the id that a name has in tests."""
    return uuid5(SPACE, name)


def customer(name: str, version: int = 1, *, gone: bool = False, **data: object) -> Received:
    """Return what customer tells; its identity is cdnow:<name>."""
    held: dict[str, Any] = {"owner": None, "department": None, **data}
    held["identities"] = data.get("identities", [{"system": "cdnow", "kind": "", "id": name}])
    return Received("customer", id_of(name), version, gone, {} if gone else held, 1)


def order(name: str, customer: str, day: str, amount: str, **data: Any) -> Received:
    """Return what interaction tells of an order; `version` and `gone` are of the entry."""
    version, gone = data.pop("version", 1), data.pop("gone", False)
    held = {
        "customer_id": str(id_of(customer)),
        "placed_at": f"{day}T12:00:00Z",
        "total": {"amount": amount, "currency": data.pop("currency", "USD")},
        "status": "confirmed",
        "lines": [{"amount": amount, "cost": data.pop("cost", None)}],
        **data,
    }
    return Received("order", id_of(name), version, gone, {} if gone else held, 1)


def product(name: str, version: int = 1, *, gone: bool = False, **data: Any) -> Received:
    """Return what interaction tells of a product."""
    held = {"name": name, "category": None, "family": None, "replaced_by_id": None, **data}
    return Received("product", id_of(name), version, gone, {} if gone else held, 1)


def rate(base: str, quote: str, day: str, value: str, version: int = 1, *, gone: bool = False) -> Received:
    """Return what interaction tells of an exchange rate."""
    data = {"base": base, "quote": quote, "day": day, "rate": value}
    subject = id_of(f"{base}/{quote}/{day}")
    return Received("exchange_rate", subject, version, gone, {} if gone else data, 1)


def cdnow(people: int = 2357, currency: str = "USD") -> tuple[list[Received], list[Received]]:
    """Return customers and orders of the CDNOW sample, those of its first people."""
    rows = list(csv.DictReader(CDNOW.open()))
    names = list(dict.fromkeys(row["customer_id"] for row in rows))[:people]
    known = set(names)
    orders = [
        order(f"cdnow {number}", row["customer_id"], row["date"], row["amount"], currency=currency)
        for number, row in enumerate(rows)
        if row["customer_id"] in known
    ]
    return [customer(name) for name in names], orders


@dataclass
class Base:
    """Tells a running service, and lets its worker take a step."""

    scoring: Running
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        settings = self.scoring.settings
        self.worker = Worker(self.scoring.database, settings.currency, lambda: self.scoring.core.clock())  # noqa: PLW0108 - tests replace the clock later
        self.facts = Interactions(settings.currency)

    def at(self, now: datetime) -> None:
        """Set the clock of service and worker."""
        self.scoring.core.clock = lambda: now

    def long_after(self) -> None:
        """Let the worker believe that nothing has happened for a while."""
        self.worker._touched = self.worker._asked = 0.0

    async def customers(self, *told: Received) -> None:
        """Let customer tell."""
        await self._tell(following.apply_customers, told)

    async def facts_told(self, *told: Received) -> None:
        """Let interaction tell."""
        await self._tell(self.facts.apply, told)

    async def _tell(self, apply: Any, told: Sequence[Received]) -> None:
        for start in range(0, len(told), 1000):
            async with self.scoring.database.begin(FOLLOWER, at=self.scoring.core.clock()) as tx:
                await apply(tx, told[start : start + 1000])

    async def run(self, **asked: object) -> dict[str, Any]:
        """Ask for a run over HTTP, let the worker do it, and return it."""
        client = self.scoring.client()
        answer = await client.post("/v1/scoring-runs", json=asked)
        assert answer.status_code == 202, answer.text
        while await self.worker.run_once():
            pass
        done: dict[str, Any] = (await client.get(answer.headers["location"])).json()
        return done

    async def settle(self) -> None:
        """Score everybody on the dirty list."""
        while await self.worker.touch_once():
            pass
        while await self.worker.judge_once():
            pass

    async def count(self) -> None:
        """Count again what marked customers were sold."""
        while await self.worker.count_once():
            pass
