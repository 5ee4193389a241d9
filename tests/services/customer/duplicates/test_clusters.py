"""Clusters: who belongs together, and who is kept apart although a chain leads from one to the other."""

from services.customer.duplicates.clusters import clusters


def never(*_: object) -> bool:
    return False


def test_linked_records_are_one_cluster() -> None:
    assert clusters([(1, 2, 9.0), (2, 3, 5.0), (7, 8, 6.0)], never) == [[1, 2, 3], [7, 8]]


def test_a_chain_breaks_at_its_weakest_link_where_its_ends_contradict() -> None:
    def contradict(mine: list[int], theirs: list[int]) -> bool:
        return any({a, b} == {1, 4} for a in mine for b in theirs)

    edges = [(1, 2, 9.0), (2, 3, 3.0), (3, 4, 8.0)]
    assert clusters(edges, contradict) == [[1, 2], [3, 4]]


def test_the_order_of_links_does_not_matter() -> None:
    edges = [(1, 2, 9.0), (2, 3, 9.0), (3, 4, 8.0), (5, 4, 8.0)]
    assert clusters(edges, never) == clusters(reversed(edges), never)
