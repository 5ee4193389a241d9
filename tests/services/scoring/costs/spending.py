"""What interaction would tell of costs and of how they were shared, for tests of what scoring makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from feed.consumer import Received
from services.scoring.campaigns.actions import Claims
from services.scoring.costs.fetching import Shares
from shared.errors import NotFound
from tests.services.scoring.base import Base, id_of

MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}


def cost(name: str, amount: str, kind: str = "keep", **data: Any) -> Received:
    """Return what interaction tells of a cost: of `customer`, or shared."""
    version, gone, whose = data.pop("version", 1), data.pop("gone", False), data.pop("customer", None)
    held = {"kind": kind, **MARCH, "campaign": None, **data}
    held["amount"] = {"amount": amount, "currency": held.pop("currency", "CNY")}
    held |= {"basis": "equal"} if whose is None else {"customer_id": str(id_of(whose))}
    return Received(
        "shared_cost" if whose is None else "cost", id_of(name), version, gone, {} if gone else held, 1
    )


def weighed(name: str, version: int = 1) -> Received:
    """Return what interaction tells when a cost was shared."""
    subject, data = id_of(f"weighing of {name}"), {"cost_id": str(id_of(name))}
    return Received("cost_allocation", subject, version, False, data, 1)  # noqa: FBT003 - `gone`


def campaign(code: str) -> Received:
    """Return what interaction tells of a campaign."""
    return Received("campaign", id_of(code), 1, False, {"code": code}, 1)  # noqa: FBT003 - as above


@dataclass
class Interaction:
    """Stands in for the interaction service: it tells of shares, in pages of two, and of claims."""

    claimed: dict[UUID, list[str]] = field(default_factory=dict)
    shared: dict[UUID, dict[str, int]] = field(default_factory=dict)
    weighing: int = 1
    asked: int = 0
    weighed_at_page: int = 0  # when it is asked so often, the cost has been weighed anew

    def share(self, name: str, units: Mapping[str, int]) -> None:
        self.shared[id_of(name)] = {str(id_of(who)): size for who, size in units.items()}

    def claim(self, code: str | None, order: str) -> None:
        if code:
            self.claimed.setdefault(id_of(code), []).append(str(id_of(order)))

    async def get(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if path.startswith("/v1/campaigns/"):
            orders = self.claimed.get(UUID(path.split("/")[3]), [])
            return {"items": [{"order_id": each} for each in orders], "next": None}
        self.asked += 1
        self.weighing += self.asked == self.weighed_at_page
        held = self.shared.get(UUID(path.split("/")[3]))
        if held is None:
            raise NotFound
        rows = [{"customer_id": who, "units": str(units)} for who, units in sorted(held.items())]
        start = int(params.get("cursor", 0))
        following = str(start + 2) if start + 2 < len(rows) else None
        return {"items": rows[start : start + 2], "next": following, "weighing": self.weighing}


async def fetched(base: Base, interaction: Any) -> None:
    """Let the worker fetch what waits."""
    shares, claims = Shares(base.scoring.database, interaction), Claims(base.scoring.database, interaction)
    while await shares.fetch_once() or await claims.ask_once():
        pass
    while await base.worker.count_once():
        pass
