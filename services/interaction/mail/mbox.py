"""Parting a mailbox into messages as its bytes come, in bounded memory (mboxo, mboxrd, mboxcl by habit).

A message begins with a line "From " that ends in a time, and stands first or behind a blank line. Lines of
">From " lose one ">": that undoes what mboxrd does to every such line, and what mboxo does to "From " alone;
a line that was ">From " before it came into an mboxo loses its own, for nothing there tells the two apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOCK, _ZONE = rb"\d\d:\d\d(?::\d\d)?", rb"(?:[ \t][^\r\n]{0,20})?"
_LINE = re.compile(
    rb"From [^\r\n]{0,200}?(?:%b%b[ \t]\d{4}|\d{4}[ \t]%b|[ \t]\d{4}%b|\d{4}-\d\d-\d\d[ T]%b)[ \t]*\r?\n"
    % (_CLOCK, _ZONE, _CLOCK, _ZONE, _CLOCK)
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_TIME = re.compile(rb"From (?:\S+|\"[^\"]*\"\S*)\s+(.*\S)")
LONGEST = 32 << 20  # bytes of one message that are read
LONGEST_LINE = 16 << 20  # bytes that are held until a line ends


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: where its line begins in the mailbox, what that line says of the time, and its bytes.

    `raw` is None for one that is longer than LONGEST; `size` counts its bytes all the same.
    """

    start: int
    envelope: str
    raw: bytes | None
    size: int


class Splitter:
    """Takes bytes of a mailbox from `start` on, which begins a message or the mailbox; yields messages."""

    def __init__(self, start: int = 0) -> None:
        self._held = bytearray()
        self._at = start  # of the first byte that is held
        self._begun: tuple[int, str] | None = None
        self._lines: list[bytes] = []
        self._size = 0
        self._blank = True
        self._first = start == 0

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take the next bytes; yield the messages that have ended."""
        self._held += data
        end = len(self._held) if len(self._held) > LONGEST_LINE else self._held.rfind(b"\n") + 1
        yield from self._take(bytes(self._held[:end]))
        del self._held[:end]

    def close(self) -> Iterator[Piece]:
        """Yield the last message."""
        rest = bytes(self._held)
        self._held.clear()
        yield from self._take(rest)
        yield from self._ended()

    def _take(self, whole: bytes) -> Iterator[Piece]:
        for line in _lines(whole):
            begins = self._blank and line.startswith(b"From ") and (self._first or _LINE.fullmatch(line))
            if begins:
                yield from self._ended()
                found = _TIME.match(line)
                self._begun = (self._at, found[1].decode("latin-1") if found else "")
            elif self._begun is not None or line.strip():
                self._begun = self._begun or (self._at, "")
                self._keep(line)
            self._first = self._first and not line.strip()
            self._blank = bool(begins) or not line.strip()
            self._at += len(line)

    def _keep(self, line: bytes) -> None:
        self._size += len(line)
        if self._size <= LONGEST:
            self._lines.append(line)
        else:
            self._lines.clear()

    def _ended(self) -> Iterator[Piece]:
        if self._begun is not None:
            start, envelope = self._begun
            yield Piece(start, envelope, self._message(), self._size)
        self._begun, self._lines, self._size = None, [], 0

    def _message(self) -> bytes | None:
        """Return the message without the blank line before the next one."""
        if self._size > LONGEST:
            return None
        if self._lines and not self._lines[-1].strip():
            self._lines.pop()
        return _QUOTED.sub(rb"\1", b"".join(self._lines))


def _lines(whole: bytes) -> list[bytes]:
    """Part lines at LF only: a CR alone ends none here."""
    *ended, tail = whole.split(b"\n")
    return [*(line + b"\n" for line in ended), *([tail] if tail else [])]
