"""Rows of reads: through the gateway, to the service itself, in pgbench and over a bare pool."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bench import beside, questions
from bench.client import Load, get
from bench.dataset import SEED, Slice, customer_id
from bench.lines import OWNERS
from bench.rounds import Bench, Cell, Figures, watched
from bench.statements import EVERYBODY, Script, Sql, filled, script, some_customer
from services.customer.customers import queries as customers
from services.interaction.timeline.kinds import SCOPES
from services.interaction.timeline.queries import Shape, timeline
from shared.statements import Statement

SAMPLES = 2_000  # different requests, sent again and again
MANY, ONE = 32, 1  # connections
DEEP = 10_000
ALL_WAYS = ("gateway ×32", "gateway ×1", "direct ×32", "direct ×1")
TENTH, POOL_TENTH = "direct ×32, a tenth", "pool, a tenth"
POINT = "point read"


@dataclass(frozen=True)
class Read:
    """One kind of read: its paths, and the statement behind it with the parameters that it gets."""

    row: str
    service: str
    paths: Callable[[Bench], list[str]]
    statement: Statement | None = None
    arguments: Callable[[Slice], list[Mapping[str, Any]]] = lambda _: []
    script: Callable[[Slice], Script] | None = None
    ways: Sequence[str] = ALL_WAYS
    grows: bool = True


def cells(bench: Bench, read: Read) -> Iterator[Cell]:
    """Yield a read's cells."""
    ways = {"gateway": bench.system.local.address}
    if read.service != "gateway":
        ways["direct"] = bench.system.socket(read.service)
    for way, address in ways.items():
        for connections in (MANY, ONE):
            if (name := f"{way} ×{connections}") in read.ways:
                yield Cell(read.row, name, _http(bench, read, address, connections))
    if read.statement is not None and read.script is not None:
        yield Cell(read.row, "pgbench", _pgbench(bench, read, read.script(bench.part)))
        yield Cell(read.row, "pool", _pool(bench, read, read.statement))


def before_growth(bench: Bench, read: Read) -> Iterator[Cell]:
    """Yield what is measured of a read while only a tenth of the rows is there."""
    for cell in cells(bench, read) if read.grows else ():
        if cell.way == f"direct ×{MANY}":
            yield replace(cell, way=TENTH)
        if (cell.row, cell.way) == (POINT, "pool"):
            yield replace(cell, way=POOL_TENTH)


def _http(bench: Bench, read: Read, address: str, connections: int) -> Callable[[], Figures]:
    def run() -> Figures:
        headers = bench.direct() if address.startswith("unix:") else bench.through()
        requests = [get(path, headers) for path in read.paths(bench)]
        load = Load(address, requests, connections, bench.seconds, least=bench.least)
        return watched(bench.system, lambda: bench.generator.run(load))

    return run


def _pgbench(bench: Bench, read: Read, one: Script) -> Callable[[], Figures]:
    return lambda: beside.pgbench(bench.system, read.service, one, bench.seconds)


def _pool(bench: Bench, read: Read, statement: Statement) -> Callable[[], Figures]:
    def run() -> Figures:
        given = [statement.arguments(each) for each in read.arguments(bench.part)]
        asked = (bench.system.dsn(read.service), statement.sql, given, bench.seconds)
        return watched(bench.system, lambda: bench.generator.call(beside.pool, *asked))

    return run


def numbers(part: Slice, least: int = 0) -> list[int]:
    """Return the numbers of some customers that have at least so many interactions."""
    draws, ranks = random.Random(SEED), part.busy(least) if least else part.customers
    return [part.customer(draws.randrange(ranks)) for _ in range(SAMPLES)]


def calling(part: Slice) -> list[str]:
    """Return the numbers of some customers as they are written here and there, percent-encoded."""
    forms = ("+86{}", "0086 {}", "{}", "86-{}", "{} 转 801", "tel:+86{}")
    return [quote(forms[n % len(forms)].format(f"13{n % 10**9:09d}"), safe="") for n in numbers(part)]


def deep(bench: Bench) -> list[str]:
    """Return the path of page 10,000, or of the last but a tenth where there are not so many."""
    number = max(0, bench.part.end.customers - DEEP * 50, bench.part.end.customers // 10)
    keys = (bench.part.created(number), customer_id(number))
    return [f"/v1/customers?limit=50&cursor={bench.system.cursors.encode(keys, '/v1/customers?')}"]


def _lists(given: Mapping[str, Any]) -> Statement:
    return customers.NEWEST.statement(EVERYBODY, given)


_POINT = customers.CUSTOMER.statement(EVERYBODY, {"id": customer_id(0)})
_TIMELINE = timeline(Shape(frozenset(SCOPES))).statement(EVERYBODY, {})


def _point_script(part: Slice) -> Script:
    draw, chosen = some_customer(part)
    return script(filled(_POINT, {"id": chosen}), setup=[draw])


def _timeline_script(part: Slice) -> Script:
    draw, chosen = some_customer(part, 20)
    return script(filled(_TIMELINE, {"of": chosen, "limit": 21}), setup=[draw])


READS = (
    Read(
        POINT,
        "customer",
        lambda bench: [f"/v1/customers/{customer_id(n)}" for n in numbers(bench.part)],
        _POINT,
        lambda part: [{"id": customer_id(n)} for n in numbers(part)],
        _point_script,
    ),
    Read(
        "list 20 of an owner",
        "customer",
        lambda _: [f"/v1/customers?limit=20&owner=u-{n}" for n in range(OWNERS)],
        _lists({"owner": "u-1"}),
        lambda _: [{"limit": 21, "owner": f"u-{n}"} for n in range(OWNERS)],
        lambda _: script(
            filled(_lists({"owner": "u-1"}), {"limit": 21, "owner": Sql("'u-' || :n")}),
            setup=[f"\\set n random(0, {OWNERS - 1})"],
        ),
    ),
    Read(
        "list 50 newest",
        "customer",
        lambda _: ["/v1/customers?limit=50"],
        _lists({}),
        lambda _: [{"limit": 51}],
        lambda _: script(filled(_lists({}), {"limit": 51})),
    ),
    Read("list 50, a deep page", "customer", deep, grows=False),
    Read(
        "timeline 20",
        "interaction",
        lambda bench: [f"/v1/customers/{customer_id(n)}/timeline?limit=20" for n in numbers(bench.part, 20)],
        _TIMELINE,
        lambda part: [{"of": customer_id(n), "limit": 21} for n in numbers(part, 20)],
        _timeline_script,
    ),
    Read(
        "caller lookup",
        "customer",
        lambda bench: [f"/v1/customers/callers?number={each}" for each in calling(bench.part)],
    ),
    Read(
        "callers with their parts",
        "gateway",
        lambda bench: [f"/v1/callers?number={each}" for each in calling(bench.part)],
    ),
    Read("search names", "customer", questions.names),
    Read("search two characters", "customer", questions.pairs),
    Read("search slips", "customer", questions.slips),
    Read(
        "overview",
        "gateway",
        lambda bench: [f"/v1/customers/{customer_id(n)}/overview" for n in numbers(bench.part, 20)],
    ),
)
