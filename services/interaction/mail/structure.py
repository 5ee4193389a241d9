"""Parting a mail into fields and parts by the standard library's parser, once what misleads it is mended.

`policy.default` parses each field by grammar and gives up bytes that break it; `compat32` keeps all of them,
and is faster. So that one is used; fields, charsets and parameters are read by modules of our own.
"""

import email
import re
from email.errors import MessageDefect, MultipartInvariantViolationDefect
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

from services.interaction.mail.headers import Note

MOST_BOUNDARIES, MOST_LOOKS = 200, 4_000_000  # each line is compared with each boundary that is open
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
_LEADING = re.compile(rb"\A(?:\xef\xbb\xbf|\s+|>?From [^\r\n]*[\r\n]+)+")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_KNOWN = re.compile(
    rb"(?im)^(from|to|cc|bcc|subject|date|message-id|in-reply-to|references|mime-version|received|reply-to"
    rb"|content-[a-z-]+|return-path|x-[a-z-]+)[ \t]*:"
)
_SAID = {
    "NoBoundaryInMultipartDefect": "a multipart names no boundary: taken as text",
    "StartBoundaryNotFoundDefect": "a multipart's boundary is nowhere in it: taken as text",
    "CloseBoundaryNotFoundDefect": "a multipart is cut off: its last boundary is missing",
    "FirstHeaderLineIsContinuationDefect": "the first field begins in the middle",
    "MisplacedEnvelopeHeaderDefect": "a mailbox's line stands among the fields",
    "MissingHeaderBodySeparatorDefect": "no blank line between fields and text",
    "InvalidMultipartContentTransferEncodingDefect": "a multipart is encoded as a whole",
    "MalformedHeaderDefect": "a field's name is broken",
}


def parted(raw: bytes, note: Note) -> Message:
    """Return the mail as a tree of parts; one that is made to be slow or deep is a single part."""
    whole = _mended(raw, note)
    boundaries = whole.lower().count(b"boundary=")
    if boundaries > MOST_BOUNDARIES or boundaries * whole.count(b"\n") > MOST_LOOKS:
        note("too many parts inside of parts: not taken apart")
        return BytesHeaderParser(policy=compat32).parsebytes(whole)
    try:
        message: Message = email.message_from_bytes(whole, policy=compat32)
    except Exception:  # noqa: BLE001 - the library is not written for hostile mail, and none may be lost
        note("the structure could not be read: not taken apart")
        return BytesHeaderParser(policy=compat32).parsebytes(whole)
    return message


def explain(defects: list[MessageDefect], note: Note) -> None:
    """Note what the library found wrong, in plain words."""
    for each in defects:
        if type(each) is not MultipartInvariantViolationDefect:  # says again what another one says
            note(_SAID.get(type(each).__name__, "the structure is broken"))


def _mended(raw: bytes, note: Note) -> bytes:
    """Take off what stands before the first field, and fold lines that belong to the field before them."""
    start = _LEADING.match(raw)
    if start:
        if b"rom " not in start[0]:
            note("something stands before the first field")
        raw = raw[start.end() :]
    end = _BLANK.search(raw)
    head = raw[: end.start()] if end else raw
    strays = [line for line in head.splitlines() if line[:1] not in b" \t" and not _FIELD.match(line)]
    if not strays or len(strays) > 20:
        return raw
    fields: list[bytes] = []
    lines = head.splitlines(keepends=True)
    last = max((at for at, line in enumerate(lines) if _KNOWN.match(line)), default=-1)
    for at, line in enumerate(lines):
        stray = 0 < at < last and line.strip() and line[:1] not in b" \t" and not _FIELD.match(line)
        fields.append(b" " + line if stray else line)
        if stray:
            note("a line among the fields is folded wrongly")
    return b"".join(fields) + raw[len(head) :]
