"""Address lists (RFC 5322, 6532): who is named, in whatever way a client wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.interaction.mail.headers import Note, text

MOST = 500  # addresses of one field
LONGEST = 254  # characters of an address (RFC 5321)
_ENDS = b",;"
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]+@[^\s<>()\[\],;:\"@]+")
_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)+)"')
_ROUTE = re.compile(r"^@[^:]*:")


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody named in mail: `address` in lower case, `name` as it is shown, None without one."""

    address: str
    name: str | None = None


def addresses(raw: bytes, note: Note) -> list[Address]:
    """Return who a field names, each address once; groups are their members."""
    found: dict[str, Address] = {}
    for part in _parts(raw):
        if len(found) >= MOST:
            note(f"more than {MOST} addresses in one field: the rest was left out")
            break
        one = _address(part, note)
        if one is not None and (one.address not in found or found[one.address].name is None):
            found[one.address] = one
    return list(found.values())


def plain(written: str) -> str | None:
    """Return an address in the form in which addresses are compared; None if it is none."""
    bare = _ROUTE.sub("", written.strip("<>'\" \t").removeprefix("mailto:")).lower()
    whole = _ADDRESS.fullmatch(bare)
    return bare.rstrip(".") if whole and len(bare) <= LONGEST else None


def _parts(raw: bytes) -> Iterator[bytes]:
    """Part a list at commas and semicolons that stand outside of quotes, comments and angle brackets."""
    start, quoted, depth, angle, escaped = 0, False, 0, False, False
    for at, byte in enumerate(raw):
        if escaped:
            escaped = False
        elif byte == 0x5C:
            escaped = True
        elif byte == 0x22 and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif byte in b"()":
            depth = max(0, depth + (1 if byte == 0x28 else -1))
        elif byte in b"<>":
            angle = byte == 0x3C
        elif byte in _ENDS and not depth and not angle:
            yield raw[start:at]
            start = at + 1
    yield raw[start:]


def _address(part: bytes, note: Note) -> Address | None:
    left, angle, rest = part.rpartition(b"<")
    if angle:
        found = plain(rest.partition(b">")[0].decode("utf-8", "replace").replace(" ", ""))
        if found:
            return Address(found, _name(left, note))
    return _bare(part, note)


def _bare(part: bytes, note: Note) -> Address | None:
    """Read an address without brackets: alone, behind the name of a group, or before a comment that names."""
    shown = text(part, note)
    comment = re.search(r"\(([^()]*)\)", shown)
    outside = re.sub(r"\s*([@.])\s*", r"\1", re.sub(r"\([^()]*\)", " ", shown))
    found = _ADDRESS.search(outside)
    if found is None:
        if shown.strip(" :\"'<>") and not outside.strip().endswith(":"):
            note("an address could not be read")
        return None
    address = plain(found[0])
    return None if address is None else Address(address, _shown(comment[1]) if comment else None)


def _name(raw: bytes, note: Note) -> str | None:
    shown = text(raw, note)
    if (quoted := _QUOTED.match(shown)) is not None:
        return _shown(quoted[1])
    group, colon, after = shown.partition(":")
    return _shown(after if colon and group else shown)


def _shown(name: str) -> str | None:
    bare = re.sub(r"\\(.)", r"\1", name.strip().strip("\"'").strip())
    return bare[:200] or None
