"""Message-IDs as mails name themselves and each other; what is too short to be anybody's own is none."""

import re

LONGEST, SHORTEST = 500, 6
_IN_BRACKETS = re.compile(rb"<([^<>]{1,998})>")
_BARE = re.compile(rb"[^\s<>,;\"]+@[^\s<>,;\"]+")


def message_ids(raw: bytes) -> list[str]:
    """Return the ids that a field names, in order, each once; brackets may be missing and spaces too many."""
    found = _IN_BRACKETS.findall(raw) or _BARE.findall(raw)
    ids = (re.sub(rb"\s+", b"", each).decode("utf-8", "replace")[:LONGEST] for each in found)
    return list(dict.fromkeys(each for each in ids if len(each) >= SHORTEST and _own(each)))


def _own(id_: str) -> bool:
    left, at, right = id_.partition("@")
    return bool(left and right) if at else len(id_) >= 2 * SHORTEST
