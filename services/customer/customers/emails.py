"""E-mail addresses in the form in which two of them are compared."""

import re
from unicodedata import normalize

_ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\"\\]{1,64}@(?=.{4,255}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]+"
)


def plain(written: str) -> str | None:
    """Return the address in lower case and in composed characters (NFKC), or None when it cannot be one."""
    address = normalize("NFKC", written).strip().casefold()
    return address if _ADDRESS.fullmatch(address) else None
