"""Walking: every customer once, by the shortest way, never beyond a bound."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.relations.walking import Bounds, Row, Walk, walk

FAR = Bounds(depth=100, nodes=1_000, edges=1_000)
Pairs = list[tuple[int, int]]


async def walked(pairs: Pairs, bounds: Bounds = FAR, unseen: frozenset[int] = frozenset()) -> Walk:
    """Walk from 0 along pairs of customers."""
    rows = [
        {"id": UUID(int=at), "from_id": UUID(int=a), "to_id": UUID(int=b)} for at, (a, b) in enumerate(pairs)
    ]

    async def edges(ids: list[UUID], limit: int) -> Sequence[Row]:
        return [row for row in rows if {row["from_id"], row["to_id"]} & set(ids)][:limit]

    async def nodes(ids: list[UUID]) -> Sequence[Row]:
        return [node(id_) for id_ in ids if id_.int not in unseen]

    return await walk(node(UUID(int=0)), edges, nodes, bounds)


def node(id_: UUID) -> dict[str, object]:
    return {"id": id_, "merged_ids": []}


def levels(done: Walk) -> dict[int, int]:
    return {id_.int: level for id_, level in done.level.items()}


async def test_levels_are_those_of_the_shortest_way() -> None:
    done = await walked([(0, 1), (1, 2), (2, 3), (0, 3), (3, 4)])
    assert levels(done) == {0: 0, 1: 1, 3: 1, 2: 2, 4: 2}
    assert (len(done.edges), done.cut) == (5, False)


async def test_circles_end() -> None:
    assert levels(await walked([(0, 1), (1, 2), (2, 0), (2, 2)])) == {0: 0, 1: 1, 2: 1}


async def test_depth_ends_a_walk_without_cutting_it() -> None:
    done = await walked([(0, 1), (1, 2), (2, 3)], Bounds(2, 100, 100))
    assert (levels(done), done.cut, len(done.edges)) == ({0: 0, 1: 1, 2: 2}, False, 2)


async def test_nobody_is_reached_through_who_is_not_seen() -> None:
    done = await walked([(0, 1), (1, 2), (0, 3)], unseen=frozenset((1,)))
    assert (levels(done), len(done.edges)) == ({0: 0, 3: 1}, 1)


@pytest.mark.parametrize("bounds", [Bounds(9, 5, 100), Bounds(9, 100, 5)])
async def test_too_many_are_cut(bounds: Bounds) -> None:
    done = await walked([(0, at) for at in range(1, 20)], bounds)
    assert done.cut
    assert len(done.nodes) <= bounds.nodes
    assert len(done.edges) <= bounds.edges


async def test_just_enough_are_not_cut() -> None:
    assert not (await walked([(0, 1), (1, 2)], Bounds(9, 3, 2))).cut


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
async def test_a_walk_reaches_what_is_connected(pairs: Pairs) -> None:
    connected = {0}
    while more := {b for a, b in (*pairs, *((b, a) for a, b in pairs)) if a in connected} - connected:
        connected |= more
    done = await walked(pairs)
    assert set(levels(done)) == connected
    assert len(done.edges) == sum(a in connected for a, _ in pairs)
