"""How a key looks: `gx_` and 32 characters of base62, 190 bits from the system's randomness."""

import hashlib
import re
import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
LENGTH, SHOWN = 32, 11
_SHAPE = re.compile(rb"gx_[A-Za-z0-9]{32,64}")


def mint() -> str:
    """Return a new key; it is shown once and kept nowhere."""
    return "gx_" + "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def digest(key: bytes) -> bytes:
    """Return the SHA-256 under which a key is kept; its randomness makes a salt needless."""
    return hashlib.sha256(key).digest()


def prefix(key: str) -> str:
    """Return the first characters, by which people recognise a key."""
    return key[:SHOWN]


def plausible(key: bytes) -> bool:
    """Tell whether this can be a key at all, so that garbage never costs a question to the database."""
    return _SHAPE.fullmatch(key) is not None
