"""Statements: guarded rows are read through Visible, and only plumbing commits or speaks raw SQL."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select

from shared.statements import Statement
from tests.architecture.tree import ROOT, sources

RAW = {"fetch", "fetchrow", "fetchval", "execute", "executemany"}
RAW_OF = ("pool", "connection", "owner", "db")


def calls(file: Path, names: set[str]) -> list[ast.Call]:
    found = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    return [node for node in found if _name(node.func) in names]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def constants(file: Path) -> dict[str, str]:
    """Return the strings that a module gives names to."""
    body = ast.parse(file.read_text()).body
    named = (node for node in body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))
    return {
        target.id: str(node.value.value)
        for node in named
        for target in node.targets
        if isinstance(target, ast.Name)
    }  # type: ignore[attr-defined]  # constants


def reason(file: Path, value: ast.expr) -> str:
    """Return the reason given, followed to where it is named."""
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.Name):
        if value.id in constants(file):
            return constants(file)[value.id]
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and value.id in {a.name for a in node.names}:
                return constants(ROOT / f"{node.module.replace('.', '/')}.py").get(value.id, "")
    return ""


def excused(exemption: str) -> dict[str, str]:
    """Return each statement that is exempt from what a principal sees, or may read, and why."""
    return {
        f"{file.relative_to(ROOT)}:{call.lineno}": reason(file, keyword.value)
        for file in sources("services", "gateway")
        for call in calls(file, {"Statement", "Shown", "Visible", "visible"})
        for keyword in call.keywords
        if keyword.arg == exemption
    }


@pytest.mark.parametrize("exemption", ["unguarded", "clear"])
def test_whoever_reads_without_a_principal_says_why(
    exemption: str, record_property: Callable[[str, object], None]
) -> None:
    found = excused(exemption)
    record_property(exemption, len(found))
    assert found
    assert not {place: why for place, why in found.items() if len(why.split()) < 3}


def test_a_guarded_table_is_not_read_by_accident() -> None:
    secrets = Table("secrets", MetaData(), Column("id", Integer), info={"guarded": True})
    with pytest.raises(TypeError, match="Visible"):
        Statement(select(secrets.c.id))
    with pytest.raises(TypeError, match="Visible"):
        Statement(select(select(secrets.c.id).subquery().c.id))
    Statement(select(secrets.c.id), unguarded="for this very test")


def test_only_plumbing_commits_and_speaks_raw_sql() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{call.lineno} .{_name(call.func)}()"
        for file in sources("services", "gateway")
        for call in calls(file, {*RAW, "commit"})
        if is_raw(call.func)
    ]
    assert not found


def is_raw(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    return function.attr == "commit" or ast.unparse(function.value).endswith(RAW_OF)


def test_the_rule_knows_raw_sql_when_it_sees_it() -> None:
    raw = ["tx.connection.fetch('x')", "core.database.pool.fetchval('x')", "session.commit()"]
    assert all(is_raw(ast.parse(text, mode="eval").body.func) for text in raw)  # type: ignore[attr-defined]  # calls
    assert not is_raw(ast.parse("queries.fetch(1)", mode="eval").body.func)  # type: ignore[attr-defined]  # a call
