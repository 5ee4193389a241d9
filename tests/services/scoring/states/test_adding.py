"""New purchases are added to states, and the states are then what a count of all facts gives."""

import random
from datetime import date, timedelta

import pytest

from feed.consumer import Received
from services.scoring.facts.models import Fact
from services.scoring.facts.reading import Row, read
from services.scoring.states import actions
from services.scoring.states.adding import plain, stirred
from services.scoring.states.queries import recount
from shared.database import Transaction
from shared.statements import Statement
from tests.services.scoring.base import Base, id_of, order, rate

PEOPLE = [f"p{number}" for number in range(40)]
START = date(2026, 1, 1)
FROM_NOTHING = Statement(recount(Fact.customer_id).order_by("customer_id"))
_NAMES = ", ".join(str(column.key) for column in recount(Fact.customer_id).selected_columns)
STATES = f"select {_NAMES} from scoring.states order by customer_id"


@pytest.fixture
async def counted_again(base: Base, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of ids counted again, of each page."""
    found: list[int] = []

    async def counting(tx: Transaction, ids: list[object], *, currency: str) -> None:
        found.append(len(ids))
        await rebuild(tx, ids, currency=currency)  # type: ignore[arg-type]  # whatever it was given

    rebuild = actions.rebuild
    monkeypatch.setattr("services.scoring.following.rebuild", counting)
    await base.scoring.database.pool.execute("truncate scoring.facts, scoring.states, scoring.marks")
    await base.facts_told(rate("USD", "CNY", "2025-12-01", "7"))
    return found


async def check(base: Base) -> None:
    pool = base.scoring.database.pool
    assert await pool.fetch(STATES) == await FROM_NOTHING.all(pool, currency="CNY")


def bought(name: str, who: str, day: int, amount: str = "10.50", **data: object) -> Received:
    when = (START + timedelta(day)).isoformat()
    return order(name, who, when, amount, **{"currency": "CNY", "cost": "4.20", **data})


async def test_later_orders_are_only_added(base: Base, counted_again: list[int]) -> None:
    await base.facts_told(*(bought(f"a{who}", who, 0) for who in PEOPLE))
    chance = random.Random(1)  # noqa: S311 - a test that can be repeated
    for page in range(1, 5):
        days = [(who, n, 10 * page + chance.randint(0, 2)) for who in PEOPLE for n in range(3)]
        await base.facts_told(
            *(bought(f"{page} {who} {n}", who, day, f"{1 + n}.{page}5") for who, n, day in days)
        )
        await check(base)
    assert counted_again == [40, 0, 0, 0, 0]


async def test_what_could_change_the_past_is_counted_again(base: Base, counted_again: list[int]) -> None:
    await base.facts_told(*(bought(f"a{who}", who, 5) for who in PEOPLE[:10]))
    back = {"customer_id": str(id_of("p9")), "order_id": str(id_of("later p9")), "lines": []}
    back |= {"returned_at": "2026-01-20T00:00:00Z", "total": {"amount": "3", "currency": "CNY"}}
    await base.facts_told(Received("return", id_of("back"), 1, gone=False, data=back, generation=1))
    paid = {"customer_id": str(id_of("p8")), "amount": {"amount": "3", "currency": "CNY"}}
    paid |= {"paid_at": "2026-01-20T00:00:00Z"}
    told = [
        bought("same day", "p0", 5),
        bought("earlier", "p1", 4),
        bought("dollars", "p2", 9, currency="USD"),
        bought("draft", "p3", 9, status="draft"),
        bought("with a draft", "p3", 9),
        bought("new customer", "p10", 9),
        bought("ap4", "p4", 9, version=2),
        bought("with a correction", "p4", 9),
        bought("ap5", "p6", 9, version=2),  # another's now
        bought("later p9", "p9", 9),  # what was taken back of it came before it
        bought("added", "p7", 9),
        Received("payment", id_of("paid"), 1, gone=False, data=paid, generation=1),
        bought("added beside a payment", "p8", 9),
    ]
    await base.facts_told(*told)
    await check(base)
    # p0 to p6, p9, p10; not p7 and p8
    assert counted_again == [10, 1, 9]


async def test_a_page_told_again_adds_nothing(base: Base, counted_again: list[int]) -> None:
    await base.facts_told(*(bought(f"a{who}", who, 0) for who in PEOPLE))
    page = [bought(f"b{who}", who, 1) for who in PEOPLE]
    for _ in range(2):
        await base.facts_told(*page)
        await check(base)
    assert counted_again == [40, 0, 40]


def row(name: str, who: str, **data: object) -> Row:
    told = bought(name, who, 1, **data)
    return read(told.kind, told.subject, (1, 1), told.data)


def test_only_who_has_nothing_but_new_purchases_is_added_to() -> None:
    rows = [row("new", "p0"), row("draft", "p1", status="draft"), row("also", "p1"), row("held", "p2")]
    held = {id_of("held"): {id_of("p3")}, id_of("gone"): {id_of("p4")}}
    assert [each.subject for each in plain(rows, held, "CNY")] == [id_of("new")]
    assert plain(rows, held, "USD") == []
    assert stirred(rows, held) == {id_of(f"p{number}") for number in range(5)}
