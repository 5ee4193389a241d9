"""Clusters: sets of records that are one customer, built from pairs without chaining strangers together."""

from collections.abc import Callable, Iterable, Sequence

Edge = tuple[int, int, float]  # two records, and their score
Contradicts = Callable[[Sequence[int], Sequence[int]], bool]


def clusters(edges: Iterable[Edge], contradicts: Contradicts) -> list[list[int]]:
    """Return clusters of two and more, each in order, by their first record.

    Connected components, joined from the strongest link on. A link between two clusters is left out when the
    two contradict each other: so where A is like B and B like C, but A and C are certainly not one customer,
    the weaker of the two links gives way.
    """
    home: dict[int, list[int]] = {}
    for one, other, _ in sorted(edges, key=lambda edge: (-edge[2], edge[:2])):
        mine, theirs = home.setdefault(one, [one]), home.setdefault(other, [other])
        if mine is theirs or contradicts(mine, theirs):
            continue
        mine.extend(theirs)
        home.update(dict.fromkeys(theirs, mine))
    found = {id(each): sorted(each) for each in home.values() if len(each) > 1}
    return sorted(found.values())
