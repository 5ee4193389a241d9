"""A foreign system's copy of all records: an SQLite file that holds states, entries, and where to go on."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Item = Mapping[str, Any]
_SCHEMA = """
create table if not exists records (kind, subject, generation, version, data, primary key (kind, subject));
create table if not exists entries (source, position, kind, subject, version);
create table if not exists place (
    k integer primary key check (k = 1), cursor text, page text, tailing default 0, generation default 1,
    up_to_date default 0, expired default 0);
insert or ignore into place (k) values (1);
"""
_UPSERT = """
insert into records values (?, ?, ?, ?, ?) on conflict (kind, subject) do update
set generation = excluded.generation, version = excluded.version, data = excluded.data where """


class Keeping:
    """Applies what is newer than what it holds; each page and the place after it are one transaction."""

    newer = "(excluded.generation, excluded.version) > (records.generation, records.version)"

    def __init__(self, file: str | Path) -> None:
        self.db = sqlite3.connect(file, isolation_level=None, timeout=30)
        self.db.row_factory = sqlite3.Row
        # Survives the death of its process; that of the machine is not among the trials.
        self.db.executescript(f"pragma journal_mode = wal; pragma synchronous = off; {_SCHEMA}")

    @property
    def place(self) -> sqlite3.Row:
        """Where it stands: `cursor` of the tail, `page` of the snapshot until it is `tailing`."""
        row: sqlite3.Row = self.db.execute("select * from place").fetchone()
        return row

    def take(self, items: Sequence[Item], *, told: Iterable[Item] = (), **place: object) -> None:
        """Apply states, note the entries that told of them, and move on: all or nothing."""
        with self._transaction():
            self.apply(items)
            self.note(told)
            self.move(**place)

    def apply(self, items: Iterable[Item]) -> None:
        """Hold the newest states; who is gone leaves a version, so that nothing older brings it back."""
        generation = self.place["generation"]
        self.db.executemany(_UPSERT + self.newer, (_row(item, generation) for item in items))

    def note(self, told: Iterable[Item]) -> None:
        """Keep entries as they came."""
        rows = (
            (item["source"], int(item["id"].rpartition(":")[2]), kind(item), item["subject"], item["version"])
            for item in told
        )
        self.db.executemany("insert into entries values (?, ?, ?, ?, ?)", rows)

    def move(self, **place: object) -> None:
        """Go on elsewhere; a bootstrap that ends drops what it has not seen."""
        self.db.execute(f"update place set {', '.join(f'{name} = :{name}' for name in place)}", place)
        if place.get("tailing"):
            self.db.execute("delete from records where generation < (select generation from place)")

    def begin_again(self) -> None:
        """Begin another generation with the snapshot."""
        again = "cursor = null, page = null, tailing = 0, up_to_date = 0"
        self.db.execute(f"update place set {again}, generation = generation + 1, expired = expired + 1")

    def _transaction(self) -> "_Transaction":
        return _Transaction(self.db)


class _Transaction:
    """Commits at the end of a block, or rolls back."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __enter__(self) -> None:
        self.db.execute("begin immediate")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.db.execute("commit" if kind is None else "rollback")


def kind(item: Item) -> str:
    """Return what a change or a record of a snapshot is about."""
    told: str = item.get("kind") or item["type"].partition(".")[0]
    return told


def arrived(item: Item) -> bool:
    """Whether the state of what is told of is there."""
    return item["data"] is not None or item["deleted"] or item.get("removed", False)


def _row(item: Item, generation: int) -> tuple[object, ...]:
    version = item["data_version"] or item["version"]
    data = None if item["data"] is None else json.dumps(item["data"], ensure_ascii=False)
    return kind(item), item["subject"], generation, version, data
