"""What a mail holds: its text, its attachments, the mails inside of it, and the parts of a report."""

import binascii
import hashlib
import quopri
import re
from dataclasses import dataclass, field
from email.message import Message

from services.interaction.mail import headers
from services.interaction.mail.charsets import decode
from services.interaction.mail.headers import Note
from services.interaction.mail.messages import Attachment
from services.interaction.mail.plain import charset_of, text_of
from services.interaction.mail.structure import explain

DEEPEST, MOST_PARTS = 20, 500
_IDENTITY = frozenset(("", "7bit", "8bit", "binary"))
_UNREADABLE = {
    "application/ms-tnef": "Outlook's own form (TNEF) is kept, not read",
    "application/pkcs7-mime": "signed or encrypted as a whole (S/MIME): not read",
    "application/x-pkcs7-mime": "signed or encrypted as a whole (S/MIME): not read",
    "application/pgp-encrypted": "encrypted (PGP): not read",
}
_REPORTS = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RECEIPTS = frozenset(("message/disposition-notification", "message/global-disposition-notification"))
_HEADERS = frozenset(("text/rfc822-headers", "message/global-headers"))


@dataclass(slots=True)
class Contents:
    """What was found: texts of the parts in order, and parts that speak of other mails."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    statuses: list[Message] = field(default_factory=list)
    receipts: list[Message] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)


class Reader:
    """Reads one mail's parts; `digest` takes in what they hold, whatever way it was encoded for."""

    def __init__(self, note: Note) -> None:
        self._note, self._parts = note, 0
        self.found, self.digest = Contents(), hashlib.sha256()

    def read(self, part: Message, depth: int = 0) -> None:
        """Read a part and what is in it."""
        self._parts += 1
        if depth > DEEPEST or self._parts > MOST_PARTS:
            self._note(f"more than {DEEPEST} levels or {MOST_PARTS} parts: the rest is not read")
            return
        explain(part.defects, self._note)
        kind = _kind(part)
        if kind == "multipart/alternative" and part.is_multipart():
            self._choose(_below(part), depth)
        elif kind in _REPORTS | _RECEIPTS and part.is_multipart():
            (self.found.statuses if kind in _REPORTS else self.found.receipts).extend(_below(part))
        elif kind.startswith("message/") and part.is_multipart():
            self._keep_mail(part, kind)
        elif part.is_multipart():
            for each in _below(part):
                self.read(each, depth + 1)
        else:
            self._leaf(part, kind)

    def _choose(self, parts: list[Message], depth: int) -> None:
        """Read all alternatives, and keep the text of the first that has one; plain text goes before HTML."""
        kept, before = [], self.found.texts
        for part in sorted(parts, key=lambda each: _kind(each) != "text/plain"):
            self.found.texts = []
            self.read(part, depth + 1)
            kept.append([each for each in self.found.texts if each.strip()])
        self.found.texts = [*before, *next(filter(None, kept), [])]

    def _leaf(self, part: Message, kind: str) -> None:
        raw = body(part, self._note)
        self.digest.update(hashlib.sha256(_one_form(raw, kind)).digest())
        disposition = headers.field(part, "Content-Disposition")
        named = headers.parameters(disposition, self._note)
        own = headers.parameters(headers.field(part, "Content-Type"), self._note)
        name = named.get("filename") or own.get("name")
        attached = headers.value(disposition) == "attachment" or (
            name and headers.value(disposition) != "inline"
        )
        if kind in _HEADERS:
            self.found.headers.append(raw)
        elif kind in {"text/plain", "text/html"} and not attached:
            self.found.texts.append(self._text(raw, kind, own))
            return
        if kind in _UNREADABLE:
            self._note(_UNREADABLE[kind])
        self.found.attachments.append(_attachment(part, kind, raw, name))

    def _text(self, raw: bytes, kind: str, own: dict[str, str]) -> str:
        declared = own.get("charset") or (charset_of(raw) if kind == "text/html" else None)
        shown, wrong = decode(raw, declared)
        if wrong and not (raw.isascii() and declared is None):
            self._note(wrong)
        if kind == "text/html":
            return text_of(shown)
        return _unfolded(shown, own) if own.get("format", "").lower() == "flowed" else shown

    def _keep_mail(self, part: Message, kind: str) -> None:
        """Keep a mail that is inside as an attachment, and for what it says of itself."""
        inner = _below(part)[0]
        raw = self._written(inner)
        self.digest.update(hashlib.sha256(raw).digest())
        name = headers.text(headers.field(inner, "Subject"), self._note)
        self.found.attachments.append(_attachment(part, kind, raw, name or None))
        self.found.mails.append(inner)

    def _written(self, inner: Message) -> bytes:
        try:
            return inner.as_bytes()
        except Exception:  # noqa: BLE001 - the library writes what it reads, but not all of what is hostile
            self._note("a mail inside cannot be written down by itself")
            return b""


def _one_form(raw: bytes, kind: str) -> bytes:
    """Return text with one kind of line ends, and none at its end: mailboxes and servers change them."""
    return raw.replace(b"\r\n", b"\n").rstrip(b"\n") if kind.startswith("text/") else raw


def body(part: Message, note: Note) -> bytes:
    """Return the bytes of a part without their transfer encoding; what breaks it is skipped, and noted."""
    payload = part._payload  # type: ignore[attr-defined]  # noqa: SLF001 - get_payload decodes by a guess of its own
    raw = payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
    how = headers.value(headers.field(part, "Content-Transfer-Encoding"))
    if how in _IDENTITY:
        return raw
    if how == "base64":
        return headers.unpacked_base64(raw, note)
    if how == "quoted-printable":
        return quopri.decodestring(raw)
    if how in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _uudecoded(raw, note)
    note("the transfer encoding is unknown: kept as it came")
    return raw


def _uudecoded(raw: bytes, note: Note) -> bytes:
    lines = raw.splitlines()
    begun = next((at for at, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    out = []
    for line in lines[begun + 1 :]:
        if line.strip() in {b"end", b"`", b""}:
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            note("a line of uuencode is broken")
    return b"".join(out)


def _kind(part: Message) -> str:
    """Return the media type; what names none is text (RFC 2045, 5.2), and so is a multipart without parts."""
    given = headers.value(headers.field(part, "Content-Type"))
    if part.is_multipart():
        return given or part.get_content_type()
    if re.fullmatch(r"[!-.0-~]+/[!-.0-~]+", given) and not given.startswith("multipart/"):
        return given[:100]
    return "text/html" if given == "html" else "text/plain"


def _below(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _attachment(part: Message, kind: str, raw: bytes, name: str | None) -> Attachment:
    inline = headers.value(headers.field(part, "Content-Disposition")) != "attachment"
    content_id = headers.field(part, "Content-ID").decode("utf-8", "replace").strip("<> ")[:200] or None
    shown = re.split(r"[/\\]", name)[-1].strip()[:200] if name else None
    digest = hashlib.sha256(raw).hexdigest()
    return Attachment(shown or None, kind, len(raw), digest, inline and content_id is not None, content_id)


def _unfolded(shown: str, own: dict[str, str]) -> str:
    """Join the lines that format=flowed has broken (RFC 3676)."""
    cut = 1 if own.get("delsp", "").lower() == "yes" else 0
    out: list[str] = []
    flowing = False
    for line in shown.splitlines():
        text = line.removeprefix(" ")
        quoted = text.startswith(">")
        if flowing and not quoted and out:
            out[-1] = (out[-1][:-1] if cut else out[-1]) + text
        else:
            out.append(text)
        flowing = text.endswith(" ") and text != "-- " and not quoted
    return "\n".join(out)
