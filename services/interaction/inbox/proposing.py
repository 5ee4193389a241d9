"""Who a stranger may be, judged from what a search found by the names it is known by. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.interaction.inbox.schemas import ProposalReason

Hit = Mapping[str, Any]  # a customer as a search shows it
MOST = 10
REACHED = frozenset(("phone", "email", "contact"))  # what several can have: a search meets it in all of them
_CODES = {
    "phone": ProposalReason.NUMBER,
    "email": ProposalReason.EMAIL,
    "contact": ProposalReason.CONTACT,
    "identity": ProposalReason.IDENTITY,
    "name": ProposalReason.NAME,
}


def proposed(found: Iterable[Sequence[Hit]], *, personal: bool) -> list[dict[str, Any]]:
    """Return proposals, the surest first, from the hits of each name.

    A score is that of the best match, divided by how many customers it was met in. Who may not read personal
    data is told by names and identities only.
    """
    proposals: dict[str, dict[str, Any]] = {}
    for hits in found:
        for hit in hits:
            match, code = hit["match"], _CODES.get(hit["match"]["field"], ProposalReason.OTHER)
            if not personal and code not in {ProposalReason.NAME, ProposalReason.IDENTITY}:
                continue
            shared = sum(_same(match, other["match"]) for other in hits)
            reason = {"code": code, "detail": match["reason"], "shared_by": shared}
            mine = proposals.setdefault(hit["id"], _proposal(hit))
            mine["score"] = max(mine["score"], round(match["score"] / shared, 3))
            if reason not in mine["reasons"]:
                mine["reasons"].append(reason)
    return sorted(proposals.values(), key=lambda each: (-each["score"], each["customer_id"]))[:MOST]


def sharing(found: Iterable[Sequence[Hit]]) -> list[UUID]:
    """Return the customers who have the number or the address itself."""
    ids = {UUID(hit["id"]) for hits in found for hit in hits if _has(hit["match"])}
    return sorted(ids)


def had_alone(found: Iterable[Sequence[Hit]], stranger: UUID) -> UUID | None:
    """Return the customer who alone has the number or the address, and had it before the stranger came.

    The ids of contact points and strangers tell when they were made (UUIDv7).
    """
    having = {hit["id"]: hit for hits in found for hit in hits if _has(hit["match"])}
    if len(having) != 1:
        return None
    ((id_, hit),) = having.items()
    points = [point for point in hit["contact_points"] if hit["match"]["value"] in _written(point)]
    return UUID(id_) if any(UUID(point["id"]) < stranger for point in points) else None


def _written(point: Mapping[str, Any]) -> tuple[str, str | None]:
    return point["value"], point["normalized"]


def _has(match: Mapping[str, Any]) -> bool:
    return match["field"] in REACHED and match["form"] == "exact"


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one["field"], one["form"]) == (other["field"], other["form"])


def _proposal(hit: Hit) -> dict[str, Any]:
    told = {name: hit[name] for name in ("kind", "name", "owner", "department")}
    return {"customer_id": hit["id"], **told, "score": 0.0, "reasons": []}
