"""Commits are synchronous: a lost acknowledged write would be seldom enough to escape the torture test."""

from pathlib import Path

import asyncpg
import pytest

from tests.architecture.tree import ROOT, sources
from tests.chaos.durability import weakened, weakening
from tests.support.databases import fresh

SPELLINGS = (
    "set local synchronous_commit = off",
    "set synchronous_commit to 'off'",
    '{"synchronous_commit": "local"}',
    "fsync=off",
)


def test_no_source_weakens_a_commit() -> None:
    configuration = [file for file in (ROOT / "deploy").rglob("*") if file.is_file()]
    assert list(weakening([*sources(), *configuration])) == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_weakened_commit_is_found_in_a_source(spelling: str, tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text(spelling)
    assert list(weakening([file]))


async def test_a_weakened_commit_is_found_in_a_database(postgres: str) -> None:
    async with fresh(postgres) as url:
        line = await asyncpg.connect(url)
        (name,) = await line.fetchrow("select current_database()")
        await line.execute(f"alter database {name} set synchronous_commit = on")
        assert [each for each in await weakened([url]) if "synchronous_commit" in each] == []
        await line.execute(f"alter database {name} set synchronous_commit = off")
        await line.close()
        assert [each for each in await weakened([url]) if "synchronous_commit = off" in each]
