"""The source tree as the tests of its shape read it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PLUMBING = ("keeping", "jobs", "feed", "streams", "web", "filters", "shared")
PACKAGES = ("services", *PLUMBING, "gateway", "guanxi", "connectors")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Found(NamedTuple):
    """A syntax node and where it stands."""

    file: Path
    node: Function

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.node.lineno} {self.node.name}"


def sources(*packages: str) -> list[Path]:
    """Return our modules; generated migrations are not ours, and an __init__ is a sentence."""
    files = (file for name in packages or PACKAGES for file in (ROOT / name).rglob("*.py"))
    return sorted(file for file in files if file.name != "__init__.py" and "versions" not in file.parts)


def checks() -> list[Path]:
    """Return the tests and what supports them."""
    return sorted((ROOT / "tests").rglob("*.py"))


def functions(files: list[Path]) -> Iterator[Found]:
    """Return every function and method."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, Function):
                yield Found(file, node)


def lines(file: Path) -> int:
    """Count the lines of a file."""
    return len(file.read_text().splitlines())


def length(function: Function) -> int:
    """Count the lines of a function's body, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def percentile(values: list[int], share: int) -> float:
    """Return the percentile of some sizes."""
    return quantiles(values, n=100, method="inclusive")[share - 1]
