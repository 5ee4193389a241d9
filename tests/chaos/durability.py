"""What no crash of a process shows: that a commit is on the disk when it is acknowledged."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg

NEEDED = {"synchronous_commit": {"on", "remote_apply"}, "fsync": {"on"}, "full_page_writes": {"on"}}
_SET = re.compile(
    r"(synchronous_commit|fsync|full_page_writes)[\s\"'=:,]+(?:to[\s\"']+)?(\w+)", re.IGNORECASE
)


async def weakened(urls: Iterable[str]) -> list[str]:
    """Return the settings, as sessions of these roles begin, with which an acknowledged write may be lost."""
    found = []
    for url in urls:
        line = await asyncpg.connect(url)
        try:
            who = await line.fetchval("select current_user")
            for name, good in NEEDED.items():
                value = await line.fetchval("select current_setting($1)", name)
                if value not in good:
                    found.append(f"{who}: {name} = {value}")
        finally:
            await line.close()
    return found


def weakening(files: Iterable[Path]) -> Iterator[str]:
    """Give the places in source files that weaken a setting for a session or a server."""
    for file in files:
        for name, value in _SET.findall(file.read_text()):
            if value.lower() not in NEEDED[name.lower()]:
                yield f"{file}: {name} {value}"
