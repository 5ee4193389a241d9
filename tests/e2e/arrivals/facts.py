"""Facts of all kinds about a set of customers, in the order in which they happened; the same for each set."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.e2e.arrivals import talking
from tests.e2e.arrivals.people import Side
from tests.e2e.arrivals.telling import Fact, Teller

CHANNELS = ("visit", "letter", "gift", "qq", "whatsapp", "fax", "web_chat", "survey", "video_call", "news")
PURPOSES = ("sale", "service", "emotional_contact", "complaint", "research", None)
SHARES = {"contacts": 30, "calls": 6, "mails": 5, "messages": 14, "orders": 9, "promises": 4, "objections": 3}


def tell(side: Side, seed: int, count: int) -> list[Fact]:
    """Return so many facts, or a few more, in the order in which they happened."""
    teller = Teller(side, random.Random(seed))  # noqa: S311 - a test that can be repeated
    makers: dict[str, Callable[[Teller], None]] = {
        "contacts": contact,
        "calls": talking.call,
        "mails": talking.thread,
        "messages": talking.message,
        "orders": order,
        "promises": promise,
        "objections": objection,
    }
    while len(teller.facts) < count:
        (what,) = teller.dice.choices(list(SHARES), list(SHARES.values()))
        makers[what](teller)
    return sorted(teller.facts, key=lambda fact: fact.at)


def contact(teller: Teller) -> None:
    """A contact through one of many channels, either way."""
    dice, person, at = teller.dice, teller.person(), teller.time()
    body = {
        "customer": teller.reference(person),
        "source": {"system": "desk", "id": teller.next("I")},
        "channel": dice.choice(CHANNELS),
        "direction": dice.choice(("inbound", "outbound", "none")),
        "purpose": dice.choice(PURPOSES),
        "occurred_at": at.isoformat(),
        "subject": f"#{teller.made}",
        "participants": [{"side": "firm", "role": "agent", "principal": f"u-{dice.randrange(5)}"}],
    }
    told = [(at, body)]
    if dice.random() < 0.1:
        told.append(
            (at + timedelta(hours=1), {**body, "body": f"Corrected {teller.made}", "purpose": "sale"})
        )
    teller.versions("interactions", "interaction", teller.of(person), told)


def order(teller: Teller) -> None:
    """An order, later versions of it, and what became of it."""
    dice, person, at = teller.dice, teller.person(), teller.time()
    body = {
        "customer": teller.reference(person),
        "source": {"system": "erp", "id": teller.next("SO")},
        "placed_at": at.isoformat(),
        "currency": dice.choice(("CNY", "CNY", "CNY", "USD")),
        "status": dice.choice(("draft", "confirmed", "confirmed")),
        "lines": _lines(dice, dice.randint(1, 3)),
    }
    told, later = [(at, body)], at
    for _ in range(dice.choice((0, 1, 1, 2, 4))):
        later += timedelta(hours=dice.randint(1, 400))
        changed = dice.choice(("confirmed", "shipped", "cancelled", "completed"))
        body = {**body, "status": changed}
        if dice.random() < 0.5:
            body = {**body, "lines": _lines(dice, dice.randint(1, 3))}
        told.append((later, body))
    of = teller.of(person)
    teller.versions("orders", "order", of, told)
    for _ in range(dice.choice((0, 1, 1, 2))):
        _after(teller, of, body["source"], body["currency"], later)


def _after(teller: Teller, of: str, named: dict[str, str], currency: str, since: datetime) -> None:
    """What follows an order: it is paid, delivered, sent back, credited."""
    dice, at = teller.dice, since + timedelta(hours=teller.dice.randint(1, 300))
    what = dice.choice(("payments", "payments", "deliveries", "returns", "credit-notes"))
    link: dict[str, Any] = {"order": named, "source": {"system": "erp", "id": teller.next(what)}}
    money = {"amount": _amount(dice), "currency": currency}
    line = {"order_line": 1, "quantity": "1"}
    if what == "payments":
        bodies = [(at, {**link, **money, "paid_at": at.isoformat(), "method": "transfer"})]
    elif what == "deliveries":
        sent = {**link, "promised_on": f"{at + timedelta(3):%F}", "lines": [line]}
        came = {**sent, "delivered_at": (at + timedelta(dice.randint(1, 6))).isoformat()}
        bodies = [(at, sent), (at + timedelta(7), came)][: dice.randint(1, 2)]
    elif what == "returns":
        back = {**line, "amount": money["amount"]}
        bodies = [(at, {**link, "currency": currency, "returned_at": at.isoformat(), "lines": [back]})]
        if dice.random() < 0.3:
            note = {**link, **money, "source": {"system": "erp", "id": teller.next("CN")}}
            note |= {"for_return": link["source"], "issued_at": (at + timedelta(1)).isoformat()}
            teller.versions("credit-notes", "credit_note", of, [(at + timedelta(1), note)])
    else:
        note = {**link, **money, "issued_at": at.isoformat()}
        bodies = [(at, note), (at + timedelta(2), {**note, "status": "cancelled"})][: dice.randint(1, 2)]
    kind = {"deliveries": "delivery"}.get(what, what.replace("-", "_").removesuffix("s"))
    teller.versions(what, kind, of, bodies)


def promise(teller: Teller) -> None:
    """A promise, and what became of it."""
    dice, person, at = teller.dice, teller.person(), teller.time()
    due = at + timedelta(10)
    body: dict[str, Any] = {
        "customer": teller.reference(person),
        "source": {"system": "desk", "id": teller.next("P")},
        "what": "A replacement",
        "made_at": at.isoformat(),
        "due_at": due.isoformat(),
    }
    settled = at + timedelta(dice.randint(1, 9))
    kept = {**body, "outcome": "kept", "settled_at": settled.isoformat()}
    told = [(at, body), (settled, kept)][: dice.randint(1, 2)]
    teller.versions("promises", "promise", teller.of(person), told)


def objection(teller: Teller) -> None:
    """An objection, and whether it was overcome."""
    dice, person, at = teller.dice, teller.person(), teller.time()
    body: dict[str, Any] = {
        "customer": teller.reference(person),
        "source": {"system": "desk", "id": teller.next("O")},
        "raised_at": at.isoformat(),
        "kind": dice.choice(("price", "product", "trust")),
        "said": "Too much",
    }
    attempt = {"method": "compensate", "answer": "We install it.", "worked": True}
    over = {**body, "attempts": [attempt], "outcome": "overcome"}
    told = [(at, body), (at + timedelta(2), over)][: dice.randint(1, 2)]
    teller.versions("objections", "objection", teller.of(person), told)


def _lines(dice: random.Random, count: int) -> list[dict[str, Any]]:
    return [
        {"line": 10 * at, "quantity": "1", "amount": _amount(dice), "cost": "1.00"}
        for at in range(1, count + 1)
    ]


def _amount(dice: random.Random) -> str:
    return f"{dice.randint(1, 500)}.{dice.randint(0, 99):02}"


def expected(facts: list[Fact]) -> dict[str, dict[tuple[str, str], int]]:
    """Count from the facts alone what should be found under whom, by month and kind."""
    last = {fact.record: fact for fact in facts if fact.kind is not None}
    found: dict[str, dict[tuple[str, str], int]] = {}
    for fact in last.values():
        if fact.occurred_at is not None and fact.kind is not None:
            mine = found.setdefault(fact.of, {})
            month = f"{fact.occurred_at:%Y-%m}", fact.kind
            mine[month] = mine.get(month, 0) + 1
    return found
