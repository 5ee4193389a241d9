"""Sizes: files and functions that fit in a head."""

from collections.abc import Callable

import pytest

from tests.architecture.tree import (
    PLUMBING,
    ROOT,
    Found,
    Function,
    checks,
    functions,
    length,
    lines,
    percentile,
    sources,
)

# Lines (docs/decisions/0004, 0035).
CEILING = {
    "jobs": 600,
    "streams": 400,
    "filters": 600,
    "feed": 1_700,
    "keeping": 500,
    "web": 2_000,
    "shared": 1_700,
}
POSITIONAL = 5


def too_long(measured: dict[str, int], limit: int) -> dict[str, int]:
    return {name: size for name, size in measured.items() if size > limit}


def test_files_are_short() -> None:
    measured = {str(file.relative_to(ROOT)): lines(file) for file in sources()}
    assert not too_long(measured, 300)
    assert percentile(list(measured.values()), 50) <= 80
    assert percentile(list(measured.values()), 90) <= 200


def test_test_files_are_short() -> None:
    assert not too_long({str(file.relative_to(ROOT)): lines(file) for file in checks()}, 300)


def test_functions_are_short() -> None:
    measured = {str(found): length(found.node) for found in functions(sources())}
    assert not too_long(measured, 50)
    assert percentile(list(measured.values()), 50) <= 8
    assert percentile(list(measured.values()), 90) <= 25


@pytest.mark.parametrize("package", PLUMBING)
def test_plumbing_is_small(package: str) -> None:
    measured = {file.name: lines(file) for file in sources(package)}
    assert sum(measured.values()) <= CEILING[package], measured


def positional(function: Function) -> int:
    given = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in given if name not in {"self", "cls"}])


def test_few_parameters_go_by_their_place() -> None:
    many: list[Found] = [f for f in functions(sources()) if positional(f.node) > POSITIONAL]
    assert not [str(found) for found in many]


@pytest.mark.parametrize(
    ("text", "measure", "size"),
    [
        ("def f(a, b, *, c):\n    '''Doc.\n\n    More.\n    '''\n    x = 1\n    return x\n", length, 2),
        ("def f(self, a, b, *, c, d=1): ...\n", positional, 2),
    ],
)
def test_the_measures_measure(text: str, measure: Callable[[Function], int], size: int) -> None:
    import ast  # noqa: PLC0415 - for this test alone

    node = ast.parse(text).body[0]
    assert isinstance(node, Function)
    assert measure(node) == size
