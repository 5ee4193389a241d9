"""A writer as a process of its own: `python -m tests.e2e.arrivals.sending <address> <file> <seed>`.

The file has a JSON line for each fact, `[path, body]`; the key is in GUANXI_KEY. Facts go out in the order of
the lines, some alone and some in batches. What is not answered is sent again; what names a record that is not
here yet waits until the rest has been sent. Each line of the output says how many facts are done.
"""

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

Row = tuple[str, dict[str, Any]]
FEW, MANY = 120, 1_000  # facts that are looked at together, at the most
ALONE, SINGLES = 0.15, 10  # how often those of a kind go alone, and how many of them
PAUSE_S, PATIENCE_S = 0.2, 120.0
NOT_YET = frozenset(("unknown_order", "unknown_return"))
LISTS = {"/messages": "messages"}  # what ends so takes lists itself


class Refused(Exception):  # noqa: N818 - an answer
    """The system refuses what it has to take."""


class Sender:
    """Sends facts until all of them are in; `told` counts what became of them."""

    def __init__(self, address: str, key: str, dice: random.Random) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(base_url=f"{address}/v1", headers=headers, timeout=30)
        self.dice, self.told, self.waiting = dice, Counter[str](), list[Row]()

    def send(self, rows: Sequence[Row], *, batches: int = FEW) -> Iterator[int]:
        """Send facts in their order; yield how many have been sent."""
        start = 0
        while start < len(rows):
            some = rows[start : start + self.dice.randint(1, batches)]
            for path in dict.fromkeys(row[0] for row in some):
                self._together(path, [row[1] for row in some if row[0] == path])
            start += len(some)
            yield start

    def late(self) -> None:
        """Send what had to wait for something else, until that has come; other writers may be slower."""
        until = time.monotonic() + PATIENCE_S
        while self.waiting:
            rows, self.waiting = self.waiting, []
            list(self.send(rows))
            if len(self.waiting) < len(rows):
                until = time.monotonic() + PATIENCE_S
            elif time.monotonic() > until:
                raise Refused(f"{len(rows)} facts name what never came: {rows[0]}")
            else:
                time.sleep(PAUSE_S)

    def _together(self, path: str, bodies: list[dict[str, Any]]) -> None:
        alone = len(bodies) if path == "mail" else SINGLES if self.dice.random() < ALONE else 0
        for body in bodies[:alone]:
            self._one(path, body)
        if len(bodies) > alone:
            self._batch(path, bodies[alone:])

    def _one(self, path: str, body: dict[str, Any]) -> None:
        if path.endswith(tuple(LISTS)):
            self._batch(path, [body])
            return
        answer = self._ask(path, body)
        code = "" if answer.is_success else answer.json()["code"]
        if code in NOT_YET:
            self._wait(path, body)
        elif code == "source_key_taken":  # a newer version than the one that is there
            self._batch(path, [body])
        elif code:
            raise Refused(f"{path}: {answer.text}; {body}")
        else:
            self.told["created" if answer.status_code == 201 else "unchanged"] += 1

    def _batch(self, path: str, bodies: list[dict[str, Any]]) -> None:
        taking = next((name for end, name in LISTS.items() if path.endswith(end)), None)
        answer = self._ask(path if taking else f"{path}/batch", {taking or "items": bodies})
        if not answer.is_success:
            raise Refused(f"{path}: {answer.text}")
        for body, result in zip(bodies, answer.json()["results"], strict=True):
            problem = result["problem"]
            if problem is None:
                self.told[result["outcome"]] += 1
            elif problem["code"] in NOT_YET:
                self._wait(path, body)
            else:
                raise Refused(f"{path}: {problem}; {body}")

    def _wait(self, path: str, body: dict[str, Any]) -> None:
        self.told["waited"] += 1
        self.waiting.append((path, body))

    def _ask(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Ask until there is an answer; half of the requests say who they are, the others need not."""
        headers = {"Idempotency-Key": self.dice.randbytes(12).hex()} if self.dice.random() < 0.5 else {}
        until = time.monotonic() + PATIENCE_S
        while True:
            self.told["requests"] += 1
            try:
                answer = self.http.post(path, json=body, headers=headers)
            except httpx.TransportError as error:
                said = repr(error)
            else:
                running = answer.status_code == 409 and answer.json()["code"] == "idempotency_key_in_progress"
                if not (running or answer.status_code == 429 or answer.status_code > 500):
                    return answer
                said = f"{answer.status_code} {answer.text}"
            self.told["unanswered"] += 1
            if time.monotonic() > until:
                raise Refused(f"no answer to {path} for {PATIENCE_S} s: {said}")
            time.sleep(PAUSE_S * self.dice.random())


def main(words: Sequence[str]) -> None:
    """Send what is in the file."""
    address, file, seed = words
    with Path(file).open() as lines:
        rows: list[Row] = [tuple(json.loads(line)) for line in lines]
    sender = Sender(address, os.environ["GUANXI_KEY"], random.Random(seed))  # noqa: S311 - repeatable
    for done in sender.send(rows, batches=min(MANY, max(FEW, len(rows) // 10))):
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()
    sender.late()
    sys.stdout.write(f"{json.dumps(sender.told)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
