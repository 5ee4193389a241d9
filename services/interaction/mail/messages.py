"""What a mail is once it has been read: plain values, and what was wrong with it in plain words."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.interaction.mail.addresses import Address


class MailKind(StrEnum):
    """What sort of mail it is; all but the first are written by machines."""

    MESSAGE = "message"
    AUTO_REPLY = "auto_reply"  # an absence note and its like (RFC 3834)
    AUTOMATIC = "automatic"  # generated, an answer to nothing
    LIST = "list"  # sent to many
    BOUNCE = "bounce"  # what became of a mail of ours (RFC 3464)
    RECEIPT = "receipt"  # that it was shown to its reader (RFC 8098)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text: its bytes are in the original, `sha256` is theirs in hexadecimal."""

    name: str | None
    media_type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail inside of the mail."""

    message_id: str | None
    sender: Address | None
    subject: str
    sent_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What a server says of one recipient: `action` such as failed or delayed, `status` such as 5.1.1."""

    address: str | None
    action: str | None
    status: str | None
    diagnostic: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a bounce or a receipt is about: its recipients, and the Message-ID and subject of the mail."""

    failures: tuple[Failure, ...] = ()
    message_id: str | None = None
    subject: str | None = None


@dataclass(slots=True)
class Mail:
    """One mail; `digest` is that of what it says, `sha256` that of its bytes, both in hexadecimal.

    Copies of one mail that took different ways have the same digest: what servers add is left out.
    `conversation` is Outlook's own mark of a thread, `sent_at` None when no time could be found in it.
    """

    digest: str
    sha256: str
    size: int
    message_id: str | None = None
    references: tuple[str, ...] = ()
    conversation: str | None = None
    subject: str = ""
    kind: MailKind = MailKind.MESSAGE
    senders: list[Address] = field(default_factory=list)
    reply_to: list[Address] = field(default_factory=list)
    to: list[Address] = field(default_factory=list)
    cc: list[Address] = field(default_factory=list)
    bcc: list[Address] = field(default_factory=list)
    sent_at: datetime | None = None
    text: str = ""
    language: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    forwarded: list[Forwarded] = field(default_factory=list)
    report: Report | None = None
    defects: list[str] = field(default_factory=list)

    def note(self, defect: str) -> None:
        """Keep a defect, once."""
        if defect not in self.defects and len(self.defects) < 50:
            self.defects.append(defect)
