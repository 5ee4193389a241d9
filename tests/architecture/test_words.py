"""Words: what a module may be called, must say, and must not mention."""

import ast
import re
import tokenize
from pathlib import Path

from tests.architecture.tree import PLUMBING, ROOT, checks, sources

EMPTY_NAMES = {
    "service",
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "lib",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
NOUNS = re.compile(
    r"\b(customer|contact point|interaction|product|payment|invoice|score|tier|campaign|loyalty|crm|"
    r"salesperson|orders|estimator)s?\b",
    re.IGNORECASE,
)


def named(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


def comments(file: Path) -> str:
    with file.open("rb") as opened:
        found = [each.string for each in tokenize.tokenize(opened.readline) if each.type == tokenize.COMMENT]
    return "\n".join(found)


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = [
        f for f in sources() if f.stem in EMPTY_NAMES or f.stem.endswith(("_utils", "_manager", "_helpers"))
    ]
    assert not named(empty)


def test_every_module_opens_with_one_line_that_says_what_it_owns() -> None:
    every = [*sources(), *checks(), *(ROOT / "services").rglob("__init__.py")]
    said = {file: ast.get_docstring(ast.parse(file.read_text())) or "" for file in every}
    silent = [file for file, text in said.items() if not re.match(r"[A-Z`][^\n]{8,}[.:]?(\n|$)", text)]
    assert not named(silent)


def test_nothing_is_left_for_later() -> None:
    assert not named([file for file in (*sources(), *checks()) if UNFINISHED.search(comments(file))])


def test_plumbing_would_serve_a_clinic_unchanged() -> None:
    found = {file.name: NOUNS.findall(file.read_text()) for file in sources(*PLUMBING)}
    assert not {name: nouns for name, nouns in found.items() if nouns}


def test_the_rules_catch_what_they_are_for() -> None:
    assert NOUNS.search("def get_customers(): the Customer's id") is not None
    assert NOUNS.search("in order; ordered; produces; a scored run") is None
    assert UNFINISHED.search("# TODO" + ": later") is not None
