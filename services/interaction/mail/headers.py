"""Header fields as they came: unfolded, decoded, with their parameters."""

import binascii
import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from email.message import Message
from urllib.parse import unquote_to_bytes

from services.interaction.mail.charsets import clean, decode

LONGEST = 20_000  # characters of a field that are read
_WORD = re.compile(rb"=\?([^?\s]{0,60})\?([bBqQ])\?(.{0,2000}?)\?=")
_FOLD = re.compile(rb"[ \t]*\r?[\r\n]+[ \t]*")
_NOT_BASE64, _PADDING = re.compile(rb"[^A-Za-z0-9+/]"), re.compile(rb"=+")
_PARAMETER = re.compile(
    r""";?\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""",
)
_SECTION = re.compile(r"(?P<name>[^*]+)(?:\*(?P<number>\d{1,3}))?(?P<coded>\*)?")
Note = Callable[[str], None]


def fields(message: Message, name: str) -> list[bytes]:
    """Return the values of a field, each as its bytes on one line."""
    wanted = name.lower()
    return [_bytes(value) for key, value in message.raw_items() if key.lower() == wanted]


def field(message: Message, name: str) -> bytes:
    """Return the first value of a field, empty if there is none."""
    return next(iter(fields(message, name)), b"")


def text(raw: bytes, note: Note) -> str:
    """Return the text of an unstructured field: encoded words (RFC 2047) and raw bytes decoded."""
    shown = "".join(_pieces(raw, note))
    return re.sub(r"\s+", " ", shown).strip()


def value(raw: bytes) -> str:
    """Return the value of a structured field before its parameters, in lower case."""
    return raw.partition(b";")[0].decode("ascii", "ignore").strip().lower()


def parameters(raw: bytes, note: Note) -> dict[str, str]:
    """Return the parameters of a field: RFC 2231 in any order, encoded words, raw bytes, missing quotes."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, bytes]]] = {}
    _, _, rest = raw.partition(b";")
    for found in _PARAMETER.finditer(rest.decode("latin-1")):
        quoted = found[2]
        given = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (found[3] or "").strip()
        place = _SECTION.fullmatch(found[1].lower())
        if place is None:
            continue
        if place["coded"] or place["number"]:
            coded = (bool(place["coded"]), given.encode("latin-1"))
            sections.setdefault(place["name"], {}).setdefault(int(place["number"] or 0), coded)
        else:
            plain.setdefault(place["name"], text(given.encode("latin-1"), note))
    return plain | {name: _joined(parts, note) for name, parts in sections.items()}


def _joined(parts: dict[int, tuple[bool, bytes]], note: Note) -> str:
    """Put the sections of one RFC 2231 parameter together; the first one names the charset."""
    charset, joined = None, b""
    for number, (coded, given) in sorted(parts.items()):
        piece = given
        if coded and number == min(parts) and given.count(b"'") >= 2:
            name, _, piece = given.split(b"'", 2)
            charset = name.decode("latin-1")
        joined += unquote_to_bytes(piece) if coded else piece
    if b"=?" in joined and charset is None:
        return text(joined, note)
    shown, wrong = decode(joined, charset)
    if wrong:
        note(wrong)
    return shown.strip()


def _bytes(given: object) -> bytes:
    raw = str(given)[:LONGEST].encode("utf-8", "surrogateescape")
    return _FOLD.sub(b" ", raw).strip()


def _pieces(raw: bytes, note: Note) -> Iterator[str]:
    """Yield texts; neighbouring words of one charset are decoded as one, for they may cut characters."""
    at, held, charset = 0, b"", ""
    for found in _WORD.finditer(raw):
        between = raw[at : found.start()]
        named = found[1].decode("latin-1").lower()
        if held and (between.strip() or named != charset):
            yield _told(held, charset, note)
            held = b""
        if between.strip() or at == 0:
            yield _told(between, None, note)
        held, charset, at = held + _unpacked(found[2], found[3], note), named, found.end()
    if held:
        yield _told(held, charset, note)
    yield _told(raw[at:], None, note)


def _told(raw: bytes, charset: str | None, note: Note) -> str:
    shown, wrong = decode(raw, charset)
    if wrong:
        note(wrong)
    return clean(shown)


def _unpacked(how: bytes, packed: bytes, note: Note) -> bytes:
    if how in b"qQ":
        return quopri.decodestring(packed.replace(b" ", b"_"), header=True)
    return unpacked_base64(packed, note)


def unpacked_base64(packed: bytes, note: Note) -> bytes:
    """Return what base64 holds: strange characters and lines of words are skipped, pieces end anywhere."""
    lines = packed.splitlines()
    kept = [line for line in lines if b" " not in line.strip()]
    if len(kept) < len(lines):
        note("lines among the base64 are none")
    chunks = (_NOT_BASE64.sub(b"", chunk) for chunk in _PADDING.split(b"".join(kept)))
    return b"".join(_unpacked_chunk(chunk, note) for chunk in chunks)


def _unpacked_chunk(chunk: bytes, note: Note) -> bytes:
    if len(chunk) % 4 == 1:  # six bits make no byte
        note("base64 was cut off")
        chunk = chunk[:-1]
    return binascii.a2b_base64(chunk + b"=" * (-len(chunk) % 4))


def first(values: Iterable[bytes]) -> bytes:
    """Return the first value that says anything."""
    return next((each for each in values if each.strip()), b"")
