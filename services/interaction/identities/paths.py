"""Customers in paths and query parameters: `<uuid>` or `<system>:<external id>`."""

import re
from uuid import UUID

from services.interaction.identities.people import Key

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def key_in(text: str) -> Key | None:
    """Return the key that a text names; None if it is neither form."""
    if _UUID.fullmatch(text):
        return UUID(text)
    system, colon, name = text.partition(":")
    return (system, name) if colon and system and name else None
