"""Secrets at rest: sealed under a key that the database, its logs and its backups never hold."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import Unavailable

PURPOSE = b"secrets of webhook sources"


def seal(secret: str, key: bytes) -> str:
    """Return a secret as it is kept; `key` is the system's."""
    return _fernet(key).encrypt(secret.encode()).decode()


def opened(sealed: str, key: bytes) -> str:
    """Return a kept secret; Unavailable if it was sealed under another key."""
    try:
        return _fernet(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        detail = "The secret of this source was kept under another GUANXI_SECRET; set it anew."
        raise Unavailable(detail) from None


@lru_cache(maxsize=4)
def _fernet(key: bytes) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(key)
    return Fernet(base64.urlsafe_b64encode(derived))
