"""Rows of single writes, each with an Idempotency-Key."""

import random
from collections.abc import Callable, Iterator
from itertools import count

import orjson

from bench import beside
from bench.client import Load, post
from bench.dataset import SEED, Slice
from bench.rounds import Bench, Cell, Figures, watched
from bench.sending import contact, document
from bench.statements import EVERYBODY, Script, Sql, filled, script, some_customer
from services.interaction.interactions.kind import INTERACTIONS as KIND
from services.interaction.records.actions import statements

MANY, ONE = 32, 1  # connections
FASTEST = 6_000  # single writes a second that no cell will reach
fresh = count(50_000_000)  # numbers of rows that nobody has sent yet
Bodies = Callable[[Bench, int], list[bytes]]


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the cells of all writes."""
    singles: dict[str, tuple[str, str, Bodies]] = {
        "record interaction": ("interaction", "/v1/interactions", contacts),
        "create customer": ("customer", "/v1/customers", customers),
    }
    for row, (service, path, bodies) in singles.items():
        ways = {"gateway": bench.system.local.address, "direct": bench.system.socket(service)}
        for way, address in ways.items():
            for connections in (MANY, ONE):
                run = _single(bench, address, path, bodies, connections)
                yield Cell(row, f"{way} ×{connections}", run)
    yield Cell("record interaction", "pgbench", lambda: _pgbench(bench))


def _single(bench: Bench, address: str, path: str, bodies: Bodies, connections: int) -> Callable[[], Figures]:
    def run() -> Figures:
        headers = bench.direct() if address.startswith("unix:") else bench.through()
        wanted = bodies(bench, int(FASTEST * bench.seconds))
        requests = [post(path, keyed(headers), body) for body in wanted]
        load = Load(address, requests, connections, bench.seconds, once=True)
        return watched(bench.system, lambda: bench.generator.run(load))

    return run


def customers(_: Bench, many: int) -> list[bytes]:
    """Return customers who are new."""
    return [orjson.dumps(document(next(fresh))) for _ in range(many)]


def keyed(headers: str) -> str:
    """Add an Idempotency-Key that nobody has used."""
    return f"{headers}idempotency-key: k-{next(fresh)}\r\n"


def contacts(bench: Bench, many: int) -> list[bytes]:
    """Return interactions to record, of customers drawn evenly."""
    return about(bench, many, contact)


def about(bench: Bench, many: int, what: Callable[[int, int], object]) -> list[bytes]:
    """Return new documents about loaded customers, drawn evenly."""
    draws, part = random.Random(SEED), bench.part
    numbers = (part.customer(draws.randrange(part.customers)) for _ in range(many))
    return [orjson.dumps(what(next(fresh), number)) for number in numbers]


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
