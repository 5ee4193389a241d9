"""Streams through the whole system: more than memory may hold, broken off, sent again, read back."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.system import System

PATH = "/v1/interactions/stream"
NDJSON = {"Content-Type": "application/x-ndjson"}
ROUNDS, ROWS, TEXT = 12, 1_000, "x" * 4_000  # 50 MB in all
GROWTH = 24 << 20  # bytes that a process may grow by meanwhile: of parsed rows, of the allocator


def row(customer: str, number: int, text: str = "") -> bytes:
    made = {
        "customer": {"system": "erp", "id": customer},
        "source": {"system": "pbx", "id": f"{customer}/{number}"},
        "channel": "phone",
        "occurred_at": "2026-03-01T09:30:00Z",
        "body": text,
    }
    return json.dumps(made).encode() + b"\n"


def lines(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return [json.loads(each) for each in answer.text.splitlines()]


def growth(system: System, act: Callable[[], None]) -> dict[str, int]:
    """Return by how many bytes the processes on the way grew at most while something was done."""
    watched = {part: system.processes(f"serve {part}")[0] for part in ("gateway", "interaction")}
    before = {part: process.memory_info().rss for part, process in watched.items()}
    most, done = dict(before), threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for part, process in watched.items():
                most[part] = max(most[part], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        act()
    finally:
        done.set()
        watcher.join()
    return {part: most[part] - before[part] for part in watched}


def test_a_stream_beyond_the_bounds_of_memory(system: System, api: httpx.Client) -> None:
    customer, told = uuid4().hex, []

    def rows() -> Iterator[bytes]:
        for _ in range(ROUNDS):
            yield b"".join(row(customer, number, TEXT) for number in range(ROWS))

    def stream() -> None:
        told.extend(lines(api.post(PATH, content=rows(), headers=NDJSON)))

    grown = growth(system, stream)
    *results, end = told
    assert [each["line"] for each in results] == list(range(1, ROUNDS * ROWS + 1))
    assert [each["status"] for each in results[:ROWS]] == ["created"] * ROWS
    assert [each["id"] for each in results] == [each["id"] for each in results[:ROWS]] * ROUNDS
    assert (end["created"], end["unchanged"], end["complete"]) == (ROWS, (ROUNDS - 1) * ROWS, True)
    assert max(grown.values()) < GROWTH, grown
    *records, end = lines(api.get(PATH, params={"customer": f"erp:{customer}"}))
    assert [each["id"] for each in records] == sorted({each["id"] for each in results})
    assert end == {"complete": True, "count": ROWS}


def test_a_client_that_was_killed_sends_all_of_it_again(system: System, api: httpx.Client) -> None:
    customer = uuid4().hex
    rows = [row(customer, number) for number in range(3_000)]
    rows[1_500] = b'{"broken": \n'
    port = int(system.address.rpartition(":")[2])
    head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {system.key}\r\n"
    body = b"".join(rows)
    head += f"content-type: {NDJSON['Content-Type']}\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(head.encode() + body[: len(body) // 2 + 99])
        while lines(api.get(PATH, params={"customer": f"erp:{customer}"}))[-1]["count"] < 1_000:
            continue
    *results, end = lines(api.post(PATH, content=body, headers=NDJSON))
    assert Counter(each["status"] for each in results)["rejected"] == end["rejected"] == 1
    assert results[1_500]["errors"][0]["code"] == "malformed_json"
    assert (end["lines"], end["created"] + end["unchanged"], end["updated"]) == (3_000, 2_999, 0)
    assert end["unchanged"] >= 1_000
    *records, last = lines(api.get(PATH, params={"customer": f"erp:{customer}"}))
    assert {each["id"] for each in records} == {each["id"] for each in results} - {None}
    assert last["count"] == 2_999
