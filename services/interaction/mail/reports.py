"""Bounces, receipts, absence notes and other mail that machines write (RFC 3464, 3834, 8098 and habits)."""

import re
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

from services.interaction.mail import headers
from services.interaction.mail.addresses import addresses, plain
from services.interaction.mail.contents import Contents
from services.interaction.mail.headers import Note
from services.interaction.mail.marks import message_ids
from services.interaction.mail.messages import Failure, MailKind, Report

MOST = 100  # recipients
_SERVERS = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|mailerdaemon|mdaemon|postfix|bounce[s]?)[@+-]")
_FAILED = re.compile(
    r"undeliver|delivery (status notification|failure|has failed)|returned mail|failure notice|mail delivery|"
    r"delivery problem|could not be delivered|退信|系统退信|投递失败|未送达|寄送失敗|无法投递|退件",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^\s*(auto(matic)?[ -]?(reply|response)|out of (the )?office|自动回复|自動回覆|自動回復|abwesenheit|"
    r"réponse automatique|автоответ|不在オフィス|自動応答)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45]\d\d)[ -]")
_NAMED = re.compile(r"<([^\s<>@]{1,64}@[^\s<>]{1,190})>|\b([\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,6})")


def kind_of(message: Message, found: Contents, subject: str, sender: str) -> MailKind:
    """Tell what sort of mail it is."""
    reported = headers.field(message, "Content-Type").lower()
    if found.receipts or b"disposition-notification" in reported:
        return MailKind.RECEIPT
    empty_path = headers.field(message, "Return-Path").strip() == b"<>"
    by_server = bool(_SERVERS.match(sender)) or empty_path
    if found.statuses or headers.field(message, "X-Failed-Recipients"):
        return MailKind.BOUNCE
    if by_server and _FAILED.search(subject):
        return MailKind.BOUNCE
    return _by_machine(message, subject)


def _by_machine(message: Message, subject: str) -> MailKind:
    submitted = headers.value(headers.field(message, "Auto-Submitted"))
    habits = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply")
    if submitted.startswith("auto-replied") or any(headers.field(message, name) for name in habits):
        return MailKind.AUTO_REPLY
    if _AWAY.match(subject) or headers.value(headers.field(message, "Precedence")) == "auto_reply":
        return MailKind.AUTO_REPLY
    if headers.field(message, "List-Id") or headers.field(message, "List-Unsubscribe"):
        return MailKind.LIST
    if headers.value(headers.field(message, "Precedence")) in {"bulk", "list", "junk"}:
        return MailKind.LIST
    return MailKind.AUTOMATIC if submitted and submitted != "no" else MailKind.MESSAGE


def report_of(message: Message, found: Contents, kind: MailKind, note: Note) -> Report | None:
    """Return what a bounce or a receipt is about; None for other mail."""
    if kind not in {MailKind.BOUNCE, MailKind.RECEIPT}:
        return None
    told = [_failure(each, note) for each in (*found.statuses, *found.receipts) if _recipient(each)][:MOST]
    if not told and kind is MailKind.BOUNCE:
        told = _guessed(message, "\n".join(found.texts), note)
    original = [*found.mails, *(BytesHeaderParser(policy=compat32).parsebytes(raw) for raw in found.headers)]
    named = [headers.field(each, "Original-Message-ID") for each in found.receipts]
    named += [headers.field(each, "Message-ID") for each in original]
    ids = [id_ for raw in named for id_ in message_ids(raw)]
    subjects = [headers.text(headers.field(each, "Subject"), note) for each in original]
    return Report(tuple(told), next(iter(ids), None), next(filter(None, subjects), None))


def _recipient(block: Message) -> bytes:
    return headers.first(headers.field(block, name) for name in ("Final-Recipient", "Original-Recipient"))


def _failure(block: Message, note: Note) -> Failure:
    """Read one block of a delivery status: "rfc822; somebody@example.com"."""
    written = _recipient(block).rpartition(b";")[2]
    found = next(iter(addresses(written, note)), None)
    status = _STATUS.search(headers.field(block, "Status").decode("ascii", "ignore"))
    action = headers.value(
        headers.field(block, "Action") or headers.field(block, "Disposition").rpartition(b";")[2]
    )
    said = headers.text(headers.field(block, "Diagnostic-Code"), note)
    return Failure(
        found.address if found else None, action[:40] or None, status and status[1], said[:500] or None
    )


def _guessed(message: Message, text: str, note: Note) -> list[Failure]:
    """Read a bounce in a server's own words: who is named before the first code, and what the code is."""
    listed = [each.address for each in addresses(headers.field(message, "X-Failed-Recipients"), note)]
    head = text[:4_000]
    code = _STATUS.search(head) or _CODE.search(head)
    named = [plain(one or other) for one, other in _NAMED.findall(head)]
    ours = {each.address for each in addresses(headers.field(message, "To"), note)}
    named = [each for each in named if each and each not in ours and not _SERVERS.match(each)]
    line = next((each for each in head.splitlines() if code and code[1] in each), "").strip()
    note("a bounce in no standard form: who and why is read from its words")
    status = code[1] if code and "." in code[1] else None
    failed = list(dict.fromkeys(listed or named[:1]))
    return [Failure(each, "failed", status, line[:500] or None) for each in failed[:MOST]]
