"""Foreign systems as processes of their own: started, killed, stopped, and read when all is quiet."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from guanxi import processes
from tests.chaos.evidence import Entry, State
from tests.e2e.system import ROOT


class Foreign:
    """One system that follows the public feed; it dies with us."""

    def __init__(self, folder: Path, name: str, addresses: Sequence[str], key: str) -> None:
        self.name, self.file, self.log = name, folder / f"{name}.sqlite", folder / f"{name}.log"
        self.addresses, self.key = addresses, key
        self.begin = "start"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it where it left off."""
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [sys.executable, "-m", "tests.chaos.erp", str(self.file), self.begin, *self.addresses],
                environ={**os.environ, "GUANXI_KEY": self.key},
                streams=processes.Streams(subprocess.DEVNULL, log),
                folder=ROOT,
                sign=signal.SIGKILL,
            )

    def kill(self) -> None:
        """Kill it as it is."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def read(self, sql: str) -> list[sqlite3.Row]:
        """Ask its database, which may not be there yet."""
        if not self.file.exists():
            return []
        db = sqlite3.connect(self.file, timeout=30)
        db.row_factory = sqlite3.Row
        try:
            return db.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            db.close()

    def position(self, source: str) -> int:
        """Return how far it has come in a source's feed."""
        rows = self.read(
            f"select coalesce(max(position), 0) as position from entries where source = '{source}'"
        )
        return rows[0]["position"] if rows else 0

    def told(self) -> Mapping[str, list[Entry]]:
        """Return the entries that it got, by source, in the order in which they came."""
        found = defaultdict[str, list[Entry]](list)
        for row in self.read("select * from entries order by rowid"):
            entry = Entry(row["position"], row["kind"], UUID(row["subject"]), row["version"])
            found[row["source"].removeprefix("/")].append(entry)
        return found

    def held(self) -> dict[tuple[str, UUID], State]:
        """Return its copies of all records."""
        rows = self.read("select * from records")
        return {
            (row["kind"], UUID(row["subject"])): State(
                row["version"], row["data"] and json.loads(row["data"])
            )
            for row in rows
        }
