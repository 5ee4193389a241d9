"""What the pages of docs/ speak of beside the README's customer: made once, before their commands are run."""

import time
from pathlib import Path
from typing import Any

import httpx

SEEN_S = 60
LETTER = (
    "From: a@b.example\nTo: sales@example.com\nDate: Mon, 2 Mar 2026 09:30:00 +0000\nSubject: Tea\n\nHello\n"
)
FILES = {
    "letter.eml": LETTER,
    "archive.mbox": f"From a@b.example Mon Mar  2 09:30:00 2026\n{LETTER}",
    "orders.ndjson": '{"customer": {"system": "erp", "id": "C0001"}, '
    '"source": {"system": "erp", "id": "N-1"}, '
    '"placed_at": "2026-03-01T09:45:00Z", "currency": "CNY", "lines": [{"amount": "29.33"}]}\n',
    "payload.json": '{"account": {"number": "+861012345678"}, "messages": [{"id": "m-1", "kind": "MO", '
    '"sender": {"number": "+8613912345678"}, "text": "Hello", "at": 1772357400000, "chat": "c-1"}]}',
}
TWINS = {"name": "李小龙", "contact_points": [{"type": "phone", "value": "139 0000 0001"}]}
ORDERED = {"currency": "CNY", "lines": [{"quantity": "1", "amount": "14.67"}]}


def _name(id_: str) -> dict[str, str]:
    return {"system": "erp", "id": id_}


CUSTOMERS: list[dict[str, Any]] = [
    {"kind": "organization", "name": "龙井茶庄", "identities": [_name("O0001")]},
    {"kind": "organization", "name": "West Lake Tea", "identities": [_name("C0002")]},
    {"name": "Fang Li", "identities": [_name("C0003")]},
    {**TWINS, "identities": [_name("C0004")]},
    {**TWINS, "identities": [_name("C0005")]},
]
RETURN = {"order": _name("SO-1"), "source": _name("R-1"), "returned_at": "2026-03-09T10:00:00Z", **ORDERED}
STRANGER = {
    "customer": {"system": "phone", "id": "+8613700000000"},
    "channel": "sms",
    "direction": "inbound",
    "occurred_at": "2026-03-01T10:00:00Z",
    "body": "Are you open today?",
}


def furnish(api: httpx.Client, folder: Path) -> None:
    """Make customers, a return and a stranger, and the files that commands send; wait for the inbox."""
    for file, content in FILES.items():
        (folder / file).write_text(content)
    for customer in CUSTOMERS:
        api.post("/v1/customers", json=customer).raise_for_status()
    api.post("/v1/returns", json=RETURN).raise_for_status()
    api.post("/v1/interactions", json=STRANGER).raise_for_status()
    until = time.monotonic() + SEEN_S
    while not api.get("/v1/inbox").raise_for_status().json()["items"]:
        assert time.monotonic() < until
        time.sleep(0.1)
