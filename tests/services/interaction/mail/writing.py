"""Mail that tests write, and what they ask of it."""

from typing import Any
from uuid import uuid4

import httpx

RFC822 = {"content-type": "message/rfc822"}


def address() -> str:
    """An address that no other test uses."""
    return f"{uuid4().hex[:12]}@customer.example"


def message(sender: str, *, to: str = "sales@firm.example", text: str = "Hello", **fields: str) -> bytes:
    """A mail; `message_id` and the like name its fields."""
    given = {
        "From": sender,
        "To": to,
        "Date": "Mon, 2 Mar 2026 09:30:00 +0800",
        "Subject": f"About {uuid4().hex}",
        "Message-ID": f"<{uuid4().hex}@customer.example>",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"{head}\r\n{text}\r\n".encode()


async def send(client: httpx.AsyncClient, raw: bytes, **parameters: str) -> httpx.Response:
    """Post a mail as it is."""
    return await client.post("/v1/mail", content=raw, headers=RFC822, params=parameters)


async def taken(client: httpx.AsyncClient, raw: bytes, **parameters: str) -> dict[str, Any]:
    """Post a mail that is new, and return what is known of it."""
    made = await send(client, raw, **parameters)
    assert made.status_code == 201, made.text
    shown = await client.get(f"/v1/mail/{made.json()['id']}")
    assert shown.status_code == 200, shown.text
    found: dict[str, Any] = shown.json()
    return found
