"""Collecting the evidence when all is quiet: straight from the tables, and through the public API."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from tests.chaos.evidence import Change, Copy, Entry, Evidence, State
from tests.chaos.followers import Foreign
from tests.chaos.writers import World

SOURCES, MAIN = ("customer", "interaction", "scoring"), "customer"
FIELDS = (
    *("kind", "name", "given_name", "family_name", "contact_points", "addresses", "identities"),
    *("owner", "department", "region", "customer_class", "tags", "attributes"),
)
_NAMES = {
    "interaction": "select customer_id, system, '' as kind, external_id from interaction.external_identities",
    "scoring": "select customer_id, system, kind, external_id from scoring.external_names",
}
_PROJECTED = {
    "interaction": "select original_id, customer_version as version, owner, department, deleted "
    "from interaction.identities where not provisional",
    "scoring": "select original_id, version, owner, department, deleted "
    "from scoring.identities where not provisional",
}
_MET = """
select attributes ->> 'op' as op, current_id
from interaction.interactions as i join interaction.identities on original_id = i.customer_id"""
_HISTORY = {
    "customer": "select subject, version, diff, null as op from customer.history order by subject, version",
    "interaction": "select h.subject, h.version, '{}' as diff, attributes ->> 'op' as op "
    "from interaction.history as h left join interaction.interactions as i on i.id = h.subject",
    "scoring": "select subject, version, '{}' as diff, null as op from scoring.history",
}
_END = """
select position + (select coalesce(sum(n), 0) from {0}.feed where through is null) from {0}.feed_head"""
_STRANGERS = {
    source: f"select original_id, version, current_id from {source}.identities "
    "where provisional and current_id <> original_id"
    for source in ("scoring", "interaction")
}
Record = Mapping[str, Any]


async def gather(owner: str, world: World, witness: Foreign, others: Sequence[Foreign]) -> Evidence:
    """Return all but what later readers get; the feeds may still be on their way to somebody.

    The tables are read at one moment: a write whose answer was cut off may still be under way.
    """
    line = await asyncpg.connect(owner)
    try:
        await line.execute("begin isolation level repeatable read read only")
        customers = await line.fetch("select id, to_jsonb(c) as data from customer.customers as c")
        history = {source: await history_of(line, source) for source in SOURCES}
        heads = {source: await line.fetchval(_END.format(source)) for source in SOURCES}
        projections = {source: await _projection(line, source) for source in _PROJECTED}
        met = {row["op"]: row["current_id"] for row in await line.fetch(_MET)}
        strangers = [await line.fetch(sql) for sql in _STRANGERS.values()]
    finally:
        await line.close()
    source = {row["id"]: _state(json.loads(row["data"])) for row in customers}
    seen = Evidence(world.operations, history, witness.told(), heads=heads, source=source, looks=world.looks)
    due = {source_id: _projected(state) for source_id, state in source.items()}
    seen.copies = {
        **{name: Copy(held, due) for name, held in projections.items()},
        **{foreign.name: Copy(_customers(foreign), source) for foreign in (witness, *others)},
        "whom contacts belong to": _belonging(met, source),
        "strangers in scoring": Copy(*map(_mapped, strangers)),
    }
    return seen


async def read_again(http: httpx.AsyncClient, address: str) -> Mapping[str, list[Entry]]:
    """Return what the merged feed still has, by source, as somebody reads it who comes now."""
    found, after, done = defaultdict[str, list[Entry]](list), None, False
    while not done:
        asked = {"limit": 2000, "thin": True, **({"after": after} if after else {})}
        page = (await http.get(f"{address}/v1/changes", params=asked)).raise_for_status().json()
        for item in page["items"]:
            kind, position = item["type"].partition(".")[0], int(item["id"].rpartition(":")[2])
            entry = Entry(position, kind, UUID(item["subject"]), item["version"])
            found[item["source"].removeprefix("/")].append(entry)
        after, done = page["next"], page["up_to_date"]
    return found


async def history_of(line: asyncpg.Connection, source: str) -> list[Change]:
    """Return all changes of a source, by record and version."""
    return [_change(row, source) for row in await line.fetch(_HISTORY[source])]


def _change(row: Record, source: str) -> Change:
    """Read the label of the operation and the counter; a customer's change without a label is nobody's."""
    subject, diff, label = row["subject"], json.loads(row["diff"]), row["op"]
    gone = "deleted_at" in diff
    if source == MAIN:
        label = f"delete {subject}" if gone else diff.get("attributes.op", {}).get("to", "unlabelled")
    return Change(subject, row["version"], label, gone, diff.get("attributes.n", {}).get("to"))


def _belonging(met: Mapping[str, UUID], source: Mapping[UUID, State]) -> Copy:
    """Compare whose a contact is with who has, of all customers, the name that it came under."""
    live = [(id_, state.data["identities"]) for id_, state in source.items() if state.data is not None]
    named = {name["id"]: id_ for id_, names in live for name in names}
    held = {label: State(1, customer) for label, customer in met.items() if label in named}
    return Copy(held, {label: State(1, named[label]) for label in held})


def _mapped(rows: Sequence[Record]) -> dict[UUID, State]:
    return {row["original_id"]: State(row["version"], row["current_id"]) for row in rows}


async def _projection(line: asyncpg.Connection, source: str) -> dict[UUID, State]:
    names = defaultdict[UUID, set[tuple[str, str, str]]](set)
    for row in await line.fetch(_NAMES[source]):
        names[row["customer_id"]].add((row["system"], row["kind"], row["external_id"]))
    return {
        row["original_id"]: State(
            row["version"],
            None if row["deleted"] else (row["owner"], row["department"], names[row["original_id"]]),
        )
        for row in await line.fetch(_PROJECTED[source])
    }


def _state(row: Record) -> State:
    data = None if row["deleted_at"] is not None else {name: row[name] for name in FIELDS}
    return State(row["version"], data)


def _projected(state: State) -> State:
    if state.data is None:
        return state
    names = {(name["system"], name["kind"], name["id"]) for name in state.data["identities"]}
    return State(state.version, (state.data["owner"], state.data["department"], names))


def _customers(foreign: Foreign) -> dict[UUID, State]:
    """Return a foreign system's customers, as far as both sides name the same fields."""
    return {
        subject: State(version, data and {name: data[name] for name in FIELDS})
        for (kind, subject), (version, data) in foreign.held().items()
        if kind == MAIN
    }
