"""Rows of writes: single ones with an Idempotency-Key, and batches of a thousand beside psql's COPY."""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import orjson

from bench import beside
from bench.client import Load, post
from bench.dataset import SEED, Sizes, Slice
from bench.loading import COLUMNS
from bench.rounds import Bench, Cell, Figures, watched
from bench.sending import contact, document
from bench.statements import EVERYBODY, Script, Sql, filled, script, some_customer
from services.interaction.interactions.kind import INTERACTIONS as KIND
from services.interaction.records.actions import statements

MANY, ONE = 32, 1  # connections
ROWS = 1_000  # in a batch
FASTEST = 6_000  # single writes a second that no cell will reach
BATCHES_A_SECOND = 40  # the same for batches
_fresh = count(50_000_000)  # numbers of rows that nobody has sent yet
Bodies = Callable[[Bench, int], list[bytes]]


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the cells of all writes."""
    singles: dict[str, tuple[str, str, Bodies]] = {
        "record interaction": ("interaction", "/v1/interactions", contacts),
        "create customer": ("customer", "/v1/customers", _customers),
    }
    for row, (service, path, bodies) in singles.items():
        ways = {"gateway": bench.system.local.address, "direct": bench.system.socket(service)}
        for way, address in ways.items():
            for connections in (MANY, ONE):
                run = _single(bench, address, path, bodies, connections)
                yield Cell(row, f"{way} ×{connections}", run)
    yield Cell("record interaction", "pgbench", lambda: _pgbench(bench))
    for row, path, bodies in (
        ("batch customers", "/v1/customers/batch", _customers),
        ("batch interactions", "/v1/interactions/batch", contacts),
    ):
        sent: list[bytes] = []
        for connections in (1, 2):
            yield Cell(row, f"new ×{connections}", _batch(bench, path, bodies, connections, sent))
        yield Cell(row, "again ×1", _again(bench, path, sent, bodies))
    yield Cell("batch customers", "copy", lambda: _copy(bench, "customer.customers", Slice.customer_rows))
    yield Cell(
        "batch interactions", "copy", lambda: _copy(bench, "interaction.interactions", Slice.interaction_rows)
    )


def _single(bench: Bench, address: str, path: str, bodies: Bodies, connections: int) -> Callable[[], Figures]:
    def run() -> Figures:
        headers = bench.direct() if address.startswith("unix:") else bench.through()
        wanted = bodies(bench, int(FASTEST * bench.seconds))
        requests = [post(path, keyed(headers), body) for body in wanted]
        load = Load(address, requests, connections, bench.seconds, once=True)
        return watched(bench.system, lambda: bench.generator.run(load))

    return run


def _batch(
    bench: Bench, path: str, bodies: Bodies, connections: int, sent: list[bytes]
) -> Callable[[], Figures]:
    def run() -> Figures:
        wanted = bodies(bench, max(2, int(BATCHES_A_SECOND * bench.seconds)) * ROWS)
        sent[:] = _batches(wanted)
        return _send(bench, path, sent, connections)

    return run


def _again(bench: Bench, path: str, sent: Sequence[bytes], bodies: Bodies) -> Callable[[], Figures]:
    """Send what has been written already: every row is compared and none is written."""

    def run() -> Figures:
        first = list(sent[:1]) or _batches(bodies(bench, ROWS))
        _send(bench, path, first, 1)
        load = Load(bench.system.local.address, [post(path, bench.through(), first[0])], 1, bench.seconds)
        return watched(bench.system, lambda: bench.generator.run(load), each=ROWS)

    return run


def _send(bench: Bench, path: str, batches: Sequence[bytes], connections: int) -> Figures:
    requests = [post(path, bench.through(), batch) for batch in batches]
    load = Load(bench.system.local.address, requests, connections, bench.seconds, once=True)
    return watched(bench.system, lambda: bench.generator.run(load), each=ROWS)


def _batches(rows: Sequence[bytes]) -> list[bytes]:
    starts = range(0, len(rows), ROWS)
    return [b'{"items":[' + b",".join(rows[start : start + ROWS]) + b"]}" for start in starts]


def _customers(_: Bench, many: int) -> list[bytes]:
    return [orjson.dumps(document(next(_fresh))) for _ in range(many)]


def keyed(headers: str) -> str:
    """Add an Idempotency-Key that nobody has used."""
    return f"{headers}idempotency-key: k-{next(_fresh)}\r\n"


def contacts(bench: Bench, many: int) -> list[bytes]:
    """Return interactions to record, of customers drawn evenly."""
    draws, part = random.Random(SEED), bench.part
    numbers = (part.customer(draws.randrange(part.customers)) for _ in range(many))
    return [orjson.dumps(contact(next(_fresh), number)) for number in numbers]


def _copy(bench: Bench, table: str, rows: Callable[[Slice], Iterator[bytes]]) -> Figures:
    """Copy new rows of the data set into the same table with its indexes, and roll back."""
    start, many = next(_fresh), int(BATCHES_A_SECOND * bench.seconds) * ROWS // 2
    part = Slice(Sizes(start, start, start), Sizes(start + many, start + many, start))
    return beside.copy(
        bench.system,
        table.split(".", maxsplit=1)[0],
        f"{table} ({','.join(COLUMNS[table].split())}) from pstdin",
        b"".join(rows(part)),
    )


def _pgbench(bench: Bench) -> Figures:
    """Run the statement of one recorded interaction."""
    return beside.pgbench(bench.system, "interaction", _recording(bench.part), bench.seconds)


def _recording(part: Slice) -> Script:
    draw, customer = some_customer(part)
    now, key = Sql("now()"), Sql("'k' || :k")
    keyed = {"caller": "bench", "route": "POST /v1/interactions", "key": key, "at": now}
    keyed |= {"fingerprint": "0" * 64, "location": "/v1/interactions"}
    by = {"feed_at": now, "feed_who": "bench", "feed_source": "bench", "feed_transaction": Sql("uuidv7()")}
    row = {
        **dict.fromkeys(KIND.content),
        **dict.fromkeys(["occurred_at", "created_at", "updated_at"], now),
        "channel": "phone",
        "direction": "inbound",
        "purpose": "service",
        "subject": "Where is my order?",
        "attributes": "{}",
        "id": Sql("uuidv7()"),
        "version": 1,
        "source_system": "pbx",
        "source_id": key,
        "recorded_by": "bench",
        "who_id": customer,
    }
    given = {**row, **by, **{f"key_{name}": value for name, value in keyed.items()}}
    statement = statements(KIND).straight(named=False, keyed=True).to(EVERYBODY)
    return script(filled(statement, given), setup=[draw, "\\set k random(1, 1000000000000000)"])
