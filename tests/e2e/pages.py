"""The commands that README.md and docs/ show, run one by one as by somebody who reads a page from its top."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.system import System

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^((?:# .*\n)?)((?:api |curl |UPLOAD=).*(?:\n[ \t]+.*)*)", re.MULTILINE)
REMARK = re.compile(r"(?:^|\s+)# .*$", re.MULTILINE)
REFUSED = re.compile(r"# (4\d\d)\b")
LEFT_OUT = "..."  # stands for what everybody fills in: such a command shows a form, and is not run
BLANK = re.compile(r"/([a-z-]+)/(\$[A-Z]+)")  # the id of one of these that an answer before it showed
LOCATION = re.compile(r"^location: \S*/([a-z-]+)/([0-9a-f-]{36})\s*$", re.MULTILINE | re.IGNORECASE)
LAST = re.compile(r"/v1/(?:[^\s'\"?]+/)?([a-z-]+)(?=[\s'\"?]|$)")  # of a path that ends with no id
JSON = json.JSONDecoder()
LINKS = {"thread_id": "threads", "original": "webhook-originals"}
GOES_ON = 28  # curl's word for a stream that had not ended when the time was over
PRELUDE = """set -eu
curl() { command curl --dump-header headers.txt --max-time "$PATIENCE" "$@"; }
api() { curl -sS -H "$AUTH" -H 'Content-Type: application/json' "$@"; }
"""


class Command(NamedTuple):
    """A command, and the status that its remark foretells if it is to be refused."""

    text: str
    refused: str | None


def commands(page: Path) -> list[Command]:
    """Return the commands of a page that ask the API something."""
    blocks = "\n".join(BLOCK.findall(page.read_text()))
    found = []
    for each in COMMAND.finditer(blocks):
        refused = REFUSED.search(each[0])
        found.append(Command(REMARK.sub("", each[2]), refused and refused[1]))
    return [each for each in found if LEFT_OUT not in each.text]


class Reader:
    """Runs commands in a folder; `$RUN` behind `/retention-runs/` is the last of them that was shown."""

    def __init__(self, system: System, folder: Path) -> None:
        self.folder, self.ids = folder, dict[str, str]()
        self.address, self.key = system.address, system.key

    def run(self, command: Command) -> None:
        """Run one; it has to succeed, or to be refused as its remark says."""
        asked = command.text.replace("http://127.0.0.1:8000", self.address)
        asked = BLANK.sub(lambda blank: f"/{blank[1]}/{self.ids.get(blank[1], blank[2])}", asked)
        unending = "curl -N" in asked
        environment = {
            "KEY": self.key,
            "AUTH": f"Authorization: Bearer {self.key}",
            "API": self.address,
            "GX": f"{self.address}/v1",
            "PATIENCE": "1" if unending else "30",
            "PATH": os.environ["PATH"],
        }
        line = ["/bin/bash", "-c", PRELUDE + asked]
        done = subprocess.run(line, cwd=self.folder, env=environment, capture_output=True, check=False)
        told, heads = done.stdout.decode(), (self.folder / "headers.txt").read_text()
        all_of_it = f"{asked}\n{heads}\n{told}\n{done.stderr.decode()}"
        assert done.returncode in ({0, GOES_ON} if unending else {0}), all_of_it
        assert heads.split()[1] == command.refused or (heads.split()[1] < "300" and not command.refused), (
            all_of_it
        )
        self._remember(asked, heads, told)

    def _remember(self, asked: str, heads: str, told: str) -> None:
        answer: dict[str, Any] = JSON.raw_decode(told)[0] if told.startswith("{") else {}
        last = LAST.search(asked)
        for each in (answer, *(answer.get("items") or ())[:1]):
            if last and "id" in each:
                self.ids[last[1]] = each["id"]
            self.ids |= {kind: each[name] for name, kind in LINKS.items() if each.get(name)}
        self.ids |= dict(LOCATION.findall(heads))
