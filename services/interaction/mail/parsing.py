"""Reading a mail: bytes in, a `Mail` out, whatever the bytes are; nothing raises and nothing is lost."""

import base64
import binascii
import hashlib
from email.message import Message

from services.interaction.mail import headers
from services.interaction.mail.addresses import Address, addresses
from services.interaction.mail.contents import Contents, Reader
from services.interaction.mail.dates import sent
from services.interaction.mail.headers import Note
from services.interaction.mail.marks import message_ids
from services.interaction.mail.messages import Forwarded, Mail
from services.interaction.mail.reports import kind_of, report_of
from services.interaction.mail.structure import parted

SAID = ("From", "Sender", "To", "Cc", "Date", "Subject", "Message-ID", "In-Reply-To", "References")
ONCE = ("From", "Date", "Subject", "Message-ID")
LONGEST_TEXT, LONGEST_SUBJECT = 100_000, 200
_CONVERSATION = 22  # bytes of Thread-Index that all mails of a conversation share


def parse(raw: bytes, *, envelope: str = "") -> Mail:
    """Read a mail; `envelope` is what the mailbox's line said of its time."""
    mail = Mail(digest="", sha256=hashlib.sha256(raw).hexdigest(), size=len(raw))
    try:
        _read(mail, raw, envelope)
    except Exception as error:  # noqa: BLE001 - whatever a stranger thinks up: the mail is kept, and says that much
        mail.note(f"it could not be read to its end ({type(error).__name__})")
    mail.digest = mail.digest or mail.sha256
    return mail


def _read(mail: Mail, raw: bytes, envelope: str) -> None:
    message, note = parted(raw, mail.note), mail.note
    _read_fields(mail, message, envelope)
    reader = Reader(note)
    reader.digest.update(b"\0".join(b"".join(headers.fields(message, name)) for name in SAID))
    reader.read(message)
    mail.digest = reader.digest.hexdigest()
    found = reader.found
    mail.attachments = found.attachments
    sender = mail.senders[0].address if mail.senders else ""
    mail.kind = kind_of(message, found, mail.subject, sender)
    mail.report = report_of(message, found, mail.kind, note)
    if mail.report is None:
        mail.forwarded = [_forwarded(inner, note) for inner in found.mails]
    mail.text = _text(found, mail.forwarded, note)


def _read_fields(mail: Mail, message: Message, envelope: str) -> None:
    note = mail.note
    for name in ONCE:
        if len(set(headers.fields(message, name))) > 1:
            note(f"more than one {name}: the first counts")
    mail.senders = _people(message, "From", note) or _people(message, "Sender", note)
    if not mail.senders:
        mail.senders = _people(message, "Return-Path", note)
        note("has no readable From" + (": the return path counts" if mail.senders else ""))
    mail.reply_to = _people(message, "Reply-To", note)
    mail.to, mail.cc, mail.bcc = (_people(message, name, note) for name in ("To", "Cc", "Bcc"))
    mail.subject = _subject(message, note)
    _read_marks(mail, message)
    stamps = [_plain(each) for each in headers.fields(message, "Received")]
    date = _plain(headers.field(message, "Date"))
    mail.sent_at, wrong = sent(date, stamps, envelope=envelope)
    for each in wrong:
        note(each)
    mail.language = headers.value(headers.field(message, "Content-Language")).partition(",")[0][:35] or None


def _read_marks(mail: Mail, message: Message) -> None:
    written = headers.field(message, "Message-ID")
    own = message_ids(written)
    if not own:
        mail.note("its Message-ID cannot be one" if written else "has no Message-ID")
    mail.message_id = own[0] if own else None
    named = [*headers.fields(message, "References"), *headers.fields(message, "In-Reply-To")]
    others = dict.fromkeys(id_ for raw in named for id_ in message_ids(raw))
    mail.references = tuple(each for each in others if each != mail.message_id)
    index = headers.field(message, "Thread-Index")
    try:
        mark = base64.b64decode(index)[:_CONVERSATION] if index else b""
    except binascii.Error:
        mark = b""
    mail.conversation = mark.hex() if len(mark) == _CONVERSATION else None


def _people(message: Message, name: str, note: Note) -> list[Address]:
    every = (each for raw in headers.fields(message, name)[:20] for each in addresses(raw, note))
    return list({each.address: each for each in every}.values())


def _subject(message: Message, note: Note) -> str:
    shown = headers.text(headers.first(headers.fields(message, "Subject")), note)
    if len(shown) > LONGEST_SUBJECT:
        note(f"the subject is longer than {LONGEST_SUBJECT} characters: cut")
    return shown[:LONGEST_SUBJECT].strip()


def _text(found: Contents, forwarded: list[Forwarded], note: Note) -> str:
    """Put the texts together; mails inside follow under a line of their own."""
    parts = [each.strip("\r\n") for each in found.texts if each.strip()]
    for inner in forwarded:
        who = inner.sender.address if inner.sender else "?"
        when = inner.sent_at.isoformat() if inner.sent_at else "?"
        parts.append(f"--- forwarded: {who}, {when}, {inner.subject} ---\n{inner.text}")
    whole = "\n\n".join(parts).replace("\r\n", "\n").replace("\r", "\n")
    if len(whole) > LONGEST_TEXT:
        note(f"the text is longer than {LONGEST_TEXT:,} characters: cut, the original has it all")
    return whole[:LONGEST_TEXT]


def _forwarded(inner: Message, note: Note) -> Forwarded:
    reader = Reader(note)
    reader.read(inner)
    moment, _ = sent(_plain(headers.field(inner, "Date")), ())
    ids = message_ids(headers.field(inner, "Message-ID"))
    people = _people(inner, "From", note)
    text = "\n\n".join(each.strip() for each in reader.found.texts if each.strip())
    subject = headers.text(headers.field(inner, "Subject"), note)[:LONGEST_SUBJECT]
    return Forwarded(next(iter(ids), None), next(iter(people), None), subject, moment, text)


def _plain(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
