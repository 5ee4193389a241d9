"""What writes relations: one at a time between the same two, and hierarchies one at a time."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, func, select

from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import fetch
from services.customer.customers.referring import referred
from services.customer.relations.catalogue import HIERARCHY, type_of
from services.customer.relations.edges import BETWEEN, EDGES, HELD, NODES
from services.customer.relations.problems import BadRelation, Circular, RelationExists
from services.customer.relations.queries import RELATIONS
from services.customer.relations.rules import POINTERS, check_ends
from services.customer.relations.walking import Bounds, Row, walk
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import NotFound
from shared.statements import Statement
from web.etag import Condition
from web.once import Answer

PATH = "/v1/relations"
DAYS = ("valid_from", "valid_to")
ANYBODY = Principal.of_service("customer", "customers:read")  # a circle is one whoever looks at it
HIGHEST = Bounds(depth=1_000, nodes=100_000, edges=100_000)
_LOCK = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("what", type_=Text), 0))))


async def create(tx: Transaction, given: Mapping[str, Any]) -> Answer:
    """Tie two customers; `given` is what the caller sent."""
    ends = [await _end(tx, given[pointer[1:]], pointer) for pointer in POINTERS]
    if ends[0]["id"] == ends[1]["id"]:
        raise BadRelation(POINTERS[1], "A customer is not related to itself.")
    check_ends(given["type"], (ends[0]["kind"], ends[1]["kind"]))
    await _check_free(tx, given, ends)
    ids = {"from_customer_id": ends[0]["id"], "to_customer_id": ends[1]["id"]}
    kept = {name: value for name, value in given.items() if f"/{name}" not in POINTERS}
    return await RELATIONS.create(tx, kept | ids, PATH)


async def change(tx: Transaction, id_: UUID, patch: Mapping[str, Any], seen: Condition) -> Answer:
    """Apply a merge patch; on its new days the relation must not double or circle either."""
    if not patch.keys().isdisjoint(DAYS):
        held = await HELD.one(tx.connection, tx.principal, id=id_)
        if held is None:
            raise NotFound
        found = await NODES.all(tx.connection, tx.principal, ids=[held["from_id"], held["to_id"]])
        ends = {row["id"]: row for row in found}
        days = {name: patch.get(name, held[name]) for name in DAYS}
        await _check_free(tx, dict(held) | days, [ends[held["from_id"]], ends[held["to_id"]]])
    return await RELATIONS.change(tx, id_, patch, seen)


async def _end(tx: Transaction, given: UUID | Mapping[str, str], pointer: str) -> Row:
    try:
        whose = await fetch(tx.connection, tx.principal, referred(given))
    except CustomerNotFound:
        raise BadRelation(pointer, "There is no such customer.") from None
    row = await NODES.one(tx.connection, tx.principal, ids=[whose["id"]])
    if row is None:  # deleted between the two looks
        raise CustomerNotFound
    return row


async def _check_free(tx: Transaction, relation: Mapping[str, Any], ends: list[Row]) -> None:
    """Raise RelationExists for a double, Circular for a circle; who writes of the same has to wait."""
    type_, (one, other) = relation["type"], ends
    pair = sorted((str(one["id"]), str(other["id"])))
    await _LOCK.value(tx.connection, what=HIERARCHY if type_ == HIERARCHY else " ".join((type_, *pair)))
    asked = {
        "type": type_,
        "but": relation.get("id"),
        "first": relation.get("valid_from"),
        "last": relation.get("valid_to"),
    }
    for above, below in ((one, other), (other, one))[: 1 + type_of(type_).symmetric]:
        ids = {"above": [above["id"], *above["merged_ids"]], "below": [below["id"], *below["merged_ids"]]}
        double = await BETWEEN.value(tx.connection, tx.principal, **ids, **asked)
        if double is not None:
            raise RelationExists(double)
    if type_ == HIERARCHY:
        await _check_circle(tx, one, other, asked)


async def _check_circle(tx: Transaction, below: Row, above: Row, asked: Mapping[str, Any]) -> None:
    """Raise Circular if one already gets from `above` to `below` by going up."""
    on = tx.connection
    days = {name: asked[name] for name in ("but", "first", "last")}
    done = await walk(
        above,
        lambda ids, limit: EDGES.all(on, ANYBODY, above=ids, types=[HIERARCHY], limit=limit, **days),
        lambda ids: NODES.all(on, ANYBODY, ids=ids),
        HIGHEST,
    )
    if below["id"] in done.nodes:
        path = [below["id"]]
        while path[-1] != above["id"]:
            path.append(done.via[path[-1]]["from_id"])
        seen = {row["id"] for row in await NODES.all(on, tx.principal, ids=path)}
        raise Circular([id_ for id_ in (*reversed(path), above["id"]) if id_ in seen])
