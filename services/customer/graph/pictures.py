"""What walks along relations look like to callers: a graph, and a hierarchy with its roll-up. Pure."""

from collections import Counter
from typing import Any

from services.customer.relations.walking import Row, Walk


def graph(done: Walk) -> dict[str, Any]:
    """Return nodes and edges, nearest first."""
    edges = [
        {
            "relation_id": edge["id"],
            "type": edge["type"],
            "from_id": edge["from_id"],
            "to_id": edge["to_id"],
            "role": edge["role"],
        }
        for edge in done.edges.values()
    ]
    return {"nodes": [_node(done, row) for row in done.nodes.values()], "edges": edges, "cut": done.cut}


def hierarchy(above: Walk, below: Walk) -> dict[str, Any]:
    """Return who is above and below a customer, how many on each level below, and the ids of all below."""
    ancestors = [_above(above, row) for row in _others(above)]
    descendants = [_below(below, row) for row in _others(below)]
    levels = Counter(each["level"] for each in descendants)
    start = next(iter(below.nodes.values()))
    return {
        "customer": _node(below, start),
        "ancestors": ancestors,
        "descendants": descendants,
        "levels": [{"level": level, "customers": levels[level]} for level in sorted(levels)],
        "ids": [each["id"] for each in descendants],
        "cut": above.cut or below.cut,
    }


def _others(done: Walk) -> list[Row]:
    return list(done.nodes.values())[1:]


def _node(done: Walk, row: Row) -> dict[str, Any]:
    level = done.level[row["id"]]
    return {"id": row["id"], "kind": row["kind"], "name": row["name"], "level": level}


def _above(done: Walk, row: Row) -> dict[str, Any]:
    edge = done.via[row["id"]]
    return {**_node(done, row), "child_id": edge["from_id"], "share": edge["share"]}


def _below(done: Walk, row: Row) -> dict[str, Any]:
    edge = done.via[row["id"]]
    return {**_node(done, row), "parent_id": edge["to_id"], "share": edge["share"]}
