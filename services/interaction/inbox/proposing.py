"""Who a stranger may be, judged from what a search found by the names it is known by. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.interaction.inbox.schemas import ProposalReason

Hit = Mapping[str, Any]  # a customer as a search shows it
MOST = 10
POINTS = "contact_points"
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


def having(found: Iterable[Sequence[Hit]]) -> list[Hit]:
    """Return the customers who have the number or the address itself, each once."""
    return list({hit["id"]: hit for hits in found for hit in hits if _has(hit["match"])}.values())


def had_before(hit: Hit, stranger: UUID) -> bool:
    """Whether a customer had the number or the address before the stranger came.

    The ids of contact points and strangers tell when they were made (UUIDv7).
    """
    return any(UUID(point["id"]) < stranger for point in _met(hit, hit[POINTS]))


def records_that_had(hit: Hit, past: Iterable[Mapping[str, Any]], stranger: UUID) -> list[UUID]:
    """Return those of a merged customer's records that have it of their own, since before a stranger came.

    `past` are the changes of the contact points of all of them, the newest first: the document of the whole
    does not tell whose each was. A point is of the record that had it first; merges only carry it on.
    """
    last, whose = dict[str, Sequence[Mapping[str, Any]]](), dict[str, str]()
    for change in past:
        points = change["changes"][POINTS]["to"]
        last.setdefault(change["subject"], points)
        whose.update((point["id"], change["subject"]) for point in points)
    had = {
        subject: [point["id"] for point in _met(hit, points) if UUID(point["id"]) < stranger]
        for subject, points in last.items()
    }
    return [UUID(subject) for subject, ids in had.items() if any(whose[id_] == subject for id_ in ids)]


def _met(hit: Hit, points: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Give those of some contact points that are the number or the address."""
    return (point for point in points if hit["match"]["value"] in (point["value"], point["normalized"]))


def _has(match: Mapping[str, Any]) -> bool:
    return match["field"] in REACHED and match["form"] == "exact"


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one["field"], one["form"]) == (other["field"], other["form"])


def _proposal(hit: Hit) -> dict[str, Any]:
    told = {name: hit[name] for name in ("kind", "name", "owner", "department")}
    return {"customer_id": hit["id"], **told, "score": 0.0, "reasons": []}
