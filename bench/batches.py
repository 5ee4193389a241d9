"""Rows of writes in bulk, beside psql's COPY into the same table: batches of a thousand, and a mailbox."""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import httpx

from bench import beside
from bench.client import Load, post
from bench.dataset import SEED, Sizes, Slice
from bench.lines import call_event_line
from bench.loading import COLUMNS
from bench.rounds import Bench, Cell, Figures, timed, watched
from bench.sending import call_event, mail, order
from bench.writes import Bodies, about, contacts, customers, fresh

ROWS = 1_000  # in a batch, unless there is little time
BATCHES_A_SECOND = 40  # that no cell will reach
MAILS_A_SECOND = 300
IMPORTS = "/v1/mail/imports"
CALL_EVENTS = "interaction.call_events"
PATIENCE_S = 60


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the cells."""
    orders: Bodies = lambda of, many: about(of, many, order)  # noqa: E731 - as its neighbours, by name
    events: Bodies = lambda of, many: about(of, many, call_event)  # noqa: E731 - as above
    for row, path, bodies, table, lines in (
        ("batch customers", "/v1/customers/batch", customers, "customer.customers", Slice.customer_rows),
        ("batch interactions", "/v1/interactions/batch", contacts, _CONTACTS, Slice.interaction_rows),
        ("batch orders", "/v1/orders/batch", orders, "interaction.orders", Slice.order_rows),
        ("batch call events", "/v1/calls/events/batch", events, CALL_EVENTS, _event_lines),
    ):
        sent: list[bytes] = []
        for connections in (1, 2):
            yield Cell(row, f"new ×{connections}", _batch(bench, path, bodies, connections, sent))
        yield Cell(row, "again ×1", _again(bench, path, sent, bodies))
        yield Cell(row, "copy", partial(_copy, bench, table, lines))
    yield Cell("mailbox", "new ×1", lambda: _mailbox(bench))
    yield Cell("mailbox", "copy", partial(_copy, bench, _CONTACTS, Slice.interaction_rows))


_CONTACTS = "interaction.interactions"


def _rows(bench: Bench) -> int:
    """Return how many rows a batch has: fewer where a cell is shorter than half a second."""
    return min(ROWS, max(50, int(ROWS * bench.seconds * 2)))


def _batch(
    bench: Bench, path: str, bodies: Bodies, connections: int, sent: list[bytes]
) -> Callable[[], Figures]:
    def run() -> Figures:
        wanted = bodies(bench, max(2, int(BATCHES_A_SECOND * bench.seconds)) * _rows(bench))
        sent[:] = _batches(wanted, _rows(bench))
        return _send(bench, path, sent, connections)

    return run


def _again(bench: Bench, path: str, sent: Sequence[bytes], bodies: Bodies) -> Callable[[], Figures]:
    """Send what has been written already: every row is compared and none is written."""

    def run() -> Figures:
        first = list(sent[:1]) or _batches(bodies(bench, _rows(bench)), _rows(bench))
        _send(bench, path, first, 1)
        load = Load(bench.system.local.address, [post(path, bench.through(), first[0])], 1, bench.seconds)
        return watched(bench.system, lambda: bench.generator.run(load), each=_rows(bench))

    return run


def _send(bench: Bench, path: str, batches: Sequence[bytes], connections: int) -> Figures:
    requests = [post(path, bench.through(), batch) for batch in batches]
    load = Load(bench.system.local.address, requests, connections, bench.seconds, once=True)
    return watched(bench.system, lambda: bench.generator.run(load), each=_rows(bench))


def _batches(rows: Sequence[bytes], size: int) -> list[bytes]:
    starts = range(0, len(rows), size)
    return [b'{"items":[' + b",".join(rows[start : start + size]) + b"]}" for start in starts]


def _copy(bench: Bench, table: str, lines: Callable[[Slice], Iterator[bytes]]) -> Figures:
    """Copy new rows of the data set into the same table with its indexes, and roll back."""
    start, many = next(fresh), max(2, int(BATCHES_A_SECOND * bench.seconds)) * _rows(bench) // 2
    part = Slice(Sizes(start, start, 2 * start), Sizes(start + many, start + many, 2 * (start + many)))
    columns = ",".join(COLUMNS[table].split())
    command, service = f"{table} ({columns}) from pstdin", table.split(".", maxsplit=1)[0]
    return beside.copy(bench.system, service, command, b"".join(lines(part)))


def _event_lines(part: Slice) -> Iterator[bytes]:
    return (call_event_line(number) for number in range(part.start.customers, part.end.customers))


def _mailbox(bench: Bench) -> Figures:
    """Import a mailbox as a job, and wait for its end; units are mails."""
    draws, part = random.Random(SEED), bench.part
    many = max(20, int(MAILS_A_SECOND * bench.seconds))
    box = b"".join(mail(next(fresh), part.customer(draws.randrange(part.customers))) for _ in range(many))
    key = {"Authorization": f"Bearer {bench.system.secrets.development_key}"}
    with httpx.Client(base_url=bench.system.local.address, headers=key, timeout=PATIENCE_S) as client:
        return timed(bench.system, lambda: _imported(client, box, many))


def _imported(client: httpx.Client, box: bytes, many: int) -> int:
    asked = {"content": box, "headers": {"Content-Type": "application/mbox"}}
    job = client.post(IMPORTS, params={"direction": "inbound"}, **asked).raise_for_status().json()  # type: ignore[arg-type]  # httpx names each
    while job["status"] in ("queued", "running"):
        time.sleep(0.02)
        job = client.get(f"{IMPORTS}/{job['id']}").raise_for_status().json()
    if job["status"] != "done":
        raise RuntimeError(json.dumps(job))
    return many
