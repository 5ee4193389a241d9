"""Walking along relations, level by level, to all that one customer is tied to. Pure, but for questions."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID


class Row(Protocol):
    """A row of an answer, by the names of its columns."""

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - of any column
        """Return a column."""


# By the ids of a level, old ones among them, and the most rows to be answered: the relations that lead on.
Edges = Callable[[list[UUID], int], Awaitable[Sequence[Row]]]
Nodes = Callable[[list[UUID]], Awaitable[Sequence[Row]]]  # by ids: those customers that may be seen


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a walk goes: levels, customers, relations."""

    depth: int
    nodes: int
    edges: int


@dataclass(slots=True)
class Walk:
    """Who was reached: on which level, by which relation first; and all relations on the way.

    `cut` says that a bound of numbers was met: there is more on the levels that were walked.
    """

    nodes: dict[UUID, Row] = field(default_factory=dict)
    level: dict[UUID, int] = field(default_factory=dict)
    via: dict[UUID, Row] = field(default_factory=dict)
    edges: dict[UUID, Row] = field(default_factory=dict)
    cut: bool = False


async def walk(start: Row, edges: Edges, nodes: Nodes, bounds: Bounds) -> Walk:
    """Walk from a customer (id, merged_ids); each is visited once, so circles end by themselves."""
    done = Walk({start["id"]: start}, {start["id"]: 0})
    reached: Sequence[Row] = [start]
    for level in range(1, bounds.depth + 1):
        left = bounds.edges - len(done.edges)
        found = await edges(_originals(reached), left + len(done.edges) + 1) if reached else ()
        new = [edge for edge in found if edge["id"] not in done.edges]
        done.cut |= len(new) > left
        done.edges |= {edge["id"]: edge for edge in new[:left]}
        reached = await _arrive(done, level, new[:left], nodes, bounds)
        if not reached or done.cut:
            break
    done.edges = {id_: e for id_, e in done.edges.items() if {e["from_id"], e["to_id"]} <= done.nodes.keys()}
    return done


async def _arrive(done: Walk, level: int, new: Iterable[Row], nodes: Nodes, bounds: Bounds) -> Sequence[Row]:
    """Note the customers whom new relations lead to, and return them."""
    led = {end: edge for edge in new for end in (edge["from_id"], edge["to_id"]) if end not in done.nodes}
    left = bounds.nodes - len(done.nodes)
    done.cut |= len(led) > left
    arrived = await nodes(sorted(led)[:left]) if led and left else ()
    for node in arrived:
        done.nodes[node["id"]], done.level[node["id"]] = node, level
        done.via[node["id"]] = led[node["id"]]
    return arrived


def _originals(rows: Iterable[Row]) -> list[UUID]:
    return [id_ for row in rows for id_ in (row["id"], *row["merged_ids"])]
