"""A customer service that a test writes itself: identities, and a feed of whole customers."""

from typing import Any
from uuid import UUID, uuid4

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.interaction.correspondents.numbers import comparable

ALWAYS = UUID(int=0)
CHANGES = 2  # in a page of a history


class Peer:
    """Answers what interaction asks; `asked` counts the questions."""

    def __init__(self) -> None:
        self.url, self.down, self.asked, self.head = "", False, 0, 0
        self.customers: dict[UUID, dict[str, Any]] = {}
        self.log: list[UUID] = []
        self.away: dict[UUID, dict[str, Any]] = {}
        self.found: dict[str, list[dict[str, Any]]] = {}  # by the string that finds them
        self.past: list[dict[str, Any]] = []  # of contact points, the oldest first
        routes = [
            Route("/v1/identities/resolve", self._resolve, methods=["POST"]),
            Route("/v1/customers", self._search),
            Route("/v1/contact-points/resolve", self._holders, methods=["POST"]),
            Route("/v1/customers/{id}/history", self._history),
            Route("/v1/changes", self._changes),
            Route("/v1/changes/snapshot", self._snapshot),
        ]
        self.app = Starlette(routes=routes)

    def put(self, *names: str, customer_id: UUID | None = None, system: str = "erp", **more: Any) -> UUID:
        """Store a customer, new or changed, and tell the feed."""
        key = customer_id or uuid4()
        version = self.customers[key]["version"] + 1 if key in self.customers else 1
        identities = [{"system": system, "kind": "", "id": each} for each in names]
        told = {"owner": None, "department": None, **more}
        self.customers[key] = {"id": str(key), "version": version, "identities": identities, **told}
        self.log.append(key)
        return key

    def remove(self, customer_id: UUID) -> None:
        """Delete a customer, and tell the feed."""
        version = self.customers[customer_id]["version"] + 1
        self.customers[customer_id] = {"version": version, "gone": True, "identities": []}
        self.log.append(customer_id)

    def merge(self, survivor: UUID, loser: UUID) -> None:
        """Merge a customer into another, and tell the feed of both."""
        whole, other = self.customers[survivor], self.customers[loser]
        self.away[loser] = other
        names = [*whole["identities"], *other["identities"]]
        merged = [*whole.get("merged_ids", ()), *other.get("merged_ids", ()), str(loser)]
        self._tell(survivor, {**whole, "identities": names, "merged_ids": merged})
        self._tell(loser, {"version": other["version"], "gone": True, "identities": []})
        points = [hit["contact_points"] for hits in self.found.values() for hit in self._of(survivor, hits)]
        self._write(survivor, [point for each in points for point in each])

    def undo(self, survivor: UUID, loser: UUID) -> None:
        """Undo that, and tell the feed of both."""
        whole, other = self.customers[survivor], self.away.pop(loser)
        names = [name for name in whole["identities"] if name not in other["identities"]]
        gained = {str(loser), *other.get("merged_ids", ())}
        merged = [id_ for id_ in whole["merged_ids"] if id_ not in gained]
        self._tell(survivor, {**whole, "identities": names, "merged_ids": merged})
        self._tell(loser, {**other, "version": self.customers[loser]["version"]})

    def _tell(self, key: UUID, state: dict[str, Any]) -> None:
        self.customers[key] = {**state, "version": state["version"] + 1}
        self.log.append(key)

    async def _resolve(self, request: Request) -> Response:
        self.asked += 1
        if self.down:
            return Response(status_code=503)
        items = (await request.json())["items"]
        there = [c for c in self.customers.values() if not c.get("gone")]
        holders = {(i["system"], i["id"]): c["id"] for c in there for i in c["identities"]}
        holders |= {(None, id_): c["id"] for c in there for id_ in (c["id"], *c.get("merged_ids", ()))}
        keys = [(item.get("system"), item["id"]) for item in items]
        pairs = zip(items, keys, strict=True)
        return _json({"results": [{**item, "customer_id": holders.get(key)} for item, key in pairs]})

    def share(self, text: str, field: str, *ids: UUID, since: UUID = ALWAYS, **how: Any) -> None:
        """Let a string find more customers by one of their fields, which they have `since` an id was made."""
        match = {"field": field, "form": "exact", "value": text, "score": 1.0, **how}
        match["reason"] = f"It is their {field}."
        told = {"kind": "person", "name": "张伟", "owner": None, "department": None, "match": match}
        for number, id_ in enumerate(ids):
            point = {"id": str(UUID(int=since.int + number)), "value": text, "normalized": None}
            self.found.setdefault(text, []).append({"id": str(id_), **told, "contact_points": [point]})
            self._write(id_, [point])

    def _write(self, subject: UUID, points: list[dict[str, Any]]) -> None:
        changes = {"contact_points": {"from": None, "to": points}}
        self.past.append({"subject": str(subject), "changes": changes})

    def _of(self, customer: UUID, hits: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return those hits that are of a customer, or of what was merged into it: its own first."""
        ids = [str(customer), *self.customers[customer].get("merged_ids", ())]
        return sorted((hit for hit in hits if hit["id"] in ids), key=lambda hit: ids.index(hit["id"]))

    async def _search(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        found = self.found.get(request.query_params["q"], [])
        there = [(key, self._of(key, found)) for key, c in self.customers.items() if not c.get("gone")]
        items = [
            {**hits[0], "id": str(key), "merged_ids": self.customers[key].get("merged_ids", [])}
            for key, hits in there
            if hits
        ]
        return _json({"items": items[: int(request.query_params["limit"])], "next": None})

    async def _history(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        assert request.query_params["field"] == "contact_points"
        id_ = request.path_params["id"]
        subjects = {id_, *self.customers[UUID(id_)].get("merged_ids", ())}
        mine = [entry for entry in self.past if entry["subject"] in subjects]
        start = int(request.query_params.get("cursor", 0))
        following = str(start + CHANGES) if start + CHANGES < len(mine) else None
        return _json({"items": mine[::-1][start : start + CHANGES], "next": following})

    async def _holders(self, request: Request) -> Response:
        """Tell who was put with `phones`, `phone` or `email`; a NUL makes the question invalid."""
        self.asked += 1
        if self.down:
            return Response(status_code=503)
        asked = await request.json()
        if any("\0" in item["value"] for item in asked["items"]):
            return Response(status_code=422)
        found = [[c["id"] for c in self.customers.values() if _has(c, item)] for item in asked["items"]]
        limit = asked["limit"]
        held = [[{"customer_id": id_, "match": "exact"} for id_ in ids] for ids in found]
        return _json({"results": [{"holders": each[:limit], "more": len(each) > limit} for each in held]})

    async def _changes(self, request: Request) -> Response:
        start = int(request.query_params["after"])
        items = [{**self._state(key), "time": "2026-03-01T09:30:00+00:00"} for key in self.log[start:]]
        return _json({"items": items, "next": str(len(self.log)), "up_to_date": True})

    async def _snapshot(self, request: Request) -> Response:
        ids = request.query_params.getlist("ids")
        self.asked += bool(ids)
        if self.down:
            return Response(status_code=503)
        keys = [UUID(each) for each in ids] if ids else list(self.customers)
        states = [self._state(key) for key in keys if key in self.customers]
        return _json({"items": states, "next": None, "cursor": str(len(self.log))})

    def _state(self, key: UUID) -> dict[str, Any]:
        held = self.customers[key]
        gone = bool(held.get("gone"))
        return {
            "subject": str(key),
            "kind": "customer",
            "type": "customer.deleted" if gone else "customer.updated",
            "version": held["version"],
            "data_version": held["version"],
            "deleted": gone,
            "removed": False,
            "data": None if gone else held,
        }


def _has(customer: dict[str, Any], item: dict[str, Any]) -> bool:
    if customer.get("gone"):
        return False
    if item["type"] == "email":
        return bool(customer.get("email") == item["value"])
    number = comparable(item["value"], item.get("country", "CN"))
    return number in (*customer.get("phones", ()), customer.get("phone"))


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
