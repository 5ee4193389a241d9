"""The product's own statements, as pgbench and a bare pool of connections run them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.dataset import STRIDE, Slice
from bench.lines import CUSTOMER
from shared.auth import Principal
from shared.statements import Statement

EVERYBODY = Principal("bench", frozenset("*"))
_PARAMETER = re.compile(r"\$(\d+)")


class Sql(str):
    """An expression in SQL, where a parameter stands in the product."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Script:
    """Statements for pgbench; `setup` are the lines before them."""

    setup: tuple[str, ...]
    statements: tuple[str, ...]

    def text(self) -> str:
        """Return the script: pgbench takes each statement in one line."""
        lines = (" ".join(statement.split()) + ";" for statement in self.statements)
        return "\n".join((*self.setup, *lines, ""))


def script(*statements: str, setup: Sequence[str] = ()) -> Script:
    """Return a script of filled statements."""
    return Script(tuple(setup), statements)


def filled(statement: Statement, given: Mapping[str, Any]) -> str:
    """Put expressions and constants where the product sends parameters."""
    values = [_literal(value) for value in statement.arguments(given)]
    return _PARAMETER.sub(lambda found: values[int(found[1]) - 1], statement.sql)


def _literal(value: object) -> str:
    if isinstance(value, Sql):
        return f"({value})"
    if isinstance(value, list):
        return "'{" + ",".join(map(str, value)) + "}'"
    if value is None or isinstance(value, int):
        return "null" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def some_customer(part: Slice, least: int = 0) -> tuple[str, Sql]:
    """Return pgbench's lines that draw a customer with at least so many interactions, and its id."""
    ranks = part.busy(least) if least else part.customers
    draw = f"\\set n {part.start.customers} + (random(0, {ranks - 1}) * {STRIDE}) % {part.customers}"
    return draw, Sql(f"('{CUSTOMER}' || lpad(to_hex(:n::bigint), 12, '0'))::uuid")
