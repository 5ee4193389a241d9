"""What callers send: rows that are not loaded yet, as the documents that the API takes."""

from bench.lines import CHANNELS, DEPARTMENTS, OWNERS, SUBJECTS, SYSTEM, person, phone_of


def document(number: int) -> dict[str, object]:
    """Return a customer that is not loaded yet, as a caller sends it."""
    draw = [number * prime % (1 << 30) for prime in (7919, 104_729, 1_299_709)]
    name, family, given = person(draw)
    phone, mail = f"+8615{number % 10**9:09d}", f"c{number}@example.cn"
    return {
        "kind": "person",
        "name": name,
        "family_name": family,
        "given_name": given,
        "contact_points": [{"type": "phone", "value": phone}, {"type": "email", "value": mail}],
        "identities": [{"system": SYSTEM, "id": f"C{number:07d}"}],
        "owner": f"u-{draw[2] % OWNERS}",
        "department": f"d-{draw[2] % DEPARTMENTS}",
        "region": "East",
        "customer_class": "retail",
    }


def contact(number: int, customer: int) -> dict[str, object]:
    """Return an interaction that is not loaded yet, as a caller sends it."""
    return {
        "customer": {"system": SYSTEM, "id": f"C{customer:07d}"},
        "channel": CHANNELS[number % len(CHANNELS)],
        "direction": "inbound",
        "purpose": "service",
        "occurred_at": "2026-06-01T09:30:00Z",
        "subject": SUBJECTS[number % len(SUBJECTS)],
        "source": {"system": "pbx", "id": f"new-{number}"},
    }


def order(number: int, customer: int) -> dict[str, object]:
    """Return an order that is not loaded yet."""
    lines = [{"quantity": "1", "amount": f"{number % 900 + each}.50", "cost": "0.40"} for each in (1, 2)]
    return {
        "customer": {"system": SYSTEM, "id": f"C{customer:07d}"},
        "placed_at": "2026-06-01T09:45:00Z",
        "currency": "CNY",
        "status": "completed",
        "lines": lines,
        "source": {"system": SYSTEM, "id": f"new-{number}"},
    }


def call_event(number: int, customer: int) -> dict[str, object]:
    """Return one of the three events of a call, which are sent one after the other; the number says whose."""
    call, nth = divmod(number, 3)
    told = {"from": phone_of(customer), "to": "95555", "queue": "sales", "agent": f"u-{call % OWNERS}"}
    return {
        "call": {"system": "pbx", "id": f"new-{call}"},
        "type": ("ringing", "answered", "ended")[nth],
        "event_id": str(nth),
        "occurred_at": f"2026-06-01T09:3{nth}:00Z",
        **(told if nth == 0 else {}),
    }


def mail(number: int, customer: int) -> bytes:
    """Return a mail of a mailbox, from a customer or somebody whom nobody knows."""
    return (
        f"From c{customer}@example.cn Mon Jun  1 09:30:00 2026\n"
        f"From: c{customer}@example.cn\nTo: sales@firm.example\nSubject: Order {number % 1000}\n"
        f"Date: Mon, 1 Jun 2026 09:30:00 +0800\nMessage-ID: <new-{number}@example.cn>\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        f"{SUBJECTS[number % len(SUBJECTS)]}\nThank you for the answer of last week.\n\n"
    ).encode()
