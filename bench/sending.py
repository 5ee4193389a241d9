"""What callers send: rows that are not loaded yet, as the documents that the API takes."""

from bench.lines import CHANNELS, DEPARTMENTS, OWNERS, SUBJECTS, SYSTEM, person


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
