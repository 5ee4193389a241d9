"""Documents: they exist, link to what exists, and mention only targets that the Makefile has."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

REQUIRED = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md", "docs/api.md")
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")})
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
TARGET = re.compile(r"(?:^|`|\$ )make ((?:-\w+ )*)([a-z][a-z0-9-]*)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", REQUIRED)
def test_the_document_is_there(path: str) -> None:
    assert len((ROOT / path).read_text()) > 500


def test_decisions_are_numbered() -> None:
    numbers = [file.name[:4] for file in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers
    assert len(set(numbers)) == len(numbers)
    assert all(number.isdecimal() for number in numbers)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_document_mentions_only_real_targets(document: Path) -> None:
    mentioned = {found[1] for code in CODE.findall(document.read_text()) for found in TARGET.findall(code)}
    assert mentioned <= targets()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_document_links_to_what_is_there(document: Path) -> None:
    broken = [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()]
    assert not broken


def test_the_readme_begins_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert 0 < text.index("make run") < 1500
    assert 0 < text.index("make test") < 1500


def test_the_worked_example_is_quoted_from_the_code() -> None:
    text = (ROOT / "docs/add-a-slice.md").read_text()
    quoted = re.findall(r"^`([\w/.]+)`\n\n```python\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    assert len(quoted) == text.count("```python") >= 6
    assert not [path for path, block in quoted if block not in (ROOT / path).read_text()]
