"""What callers send and get about mail."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from jobs.schemas import JobRead
from services.interaction.interactions.catalogue import Direction
from services.interaction.interactions.schemas import InteractionRead
from services.interaction.mail.addresses import plain
from services.interaction.mail.messages import MailKind
from shared.schemas import Body, Instant, Read, Whole, example
from web.bodies import kept

MOST_KEPT = 64 << 20


def _own(written: str) -> str:
    if plain(written.removeprefix("@") if written.count("@") > 1 else "x" + written) is None:
        raise ValueError("must be an address such as sales@example.com, or a domain such as @example.com")
    return written.lower()


OwnAddress = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_own)]


class MailCreate(Body):
    """A mail in JSON: `raw` is the message in base64; `direction` where our own addresses do not tell it."""

    model_config = example(raw="RnJvbTogYUBiLmV4YW1wbGUNCg0KSGVsbG8NCg==", direction="inbound")

    raw: str = Field(min_length=4, max_length=12_000_000, json_schema_extra={"format": "byte"})
    direction: Direction | None = None


class PersonRead(Read):
    """Somebody named in a mail; `name` as it is shown, null without one."""

    address: str
    name: str | None


class MailAttachment(Read):
    """A part that is not the text; its bytes are in the original."""

    name: str | None
    media_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None


class ForwardedMail(Read):
    """A mail inside of the mail; its text is in the body of the interaction."""

    message_id: str | None
    sender: PersonRead | None
    subject: str
    sent_at: Instant | None


class MailFailure(Read):
    """What a server says of one recipient."""

    address: str | None
    action: str | None
    status: str | None
    diagnostic: str | None


class MailReport(Read):
    """What a bounce or a receipt is about; `mail_id` is that mail, null while it is not here."""

    failures: list[MailFailure]
    message_id: str | None
    subject: str | None


class MailRead(Read):
    """What is known of a mail beside its interaction, which has the same id."""

    id: UUID
    customer_id: UUID
    current_customer_id: UUID
    matched: bool
    thread_id: UUID = Field(description="The thread that it is in now.")
    kind: MailKind
    direction: Direction
    occurred_at: Instant
    subject: str | None
    message_id: str | None
    references: list[str] | None
    senders: list[PersonRead] | None
    reply_to: list[PersonRead] | None
    to: list[PersonRead] | None
    cc: list[PersonRead] | None
    bcc: list[PersonRead] | None
    attachments: list[MailAttachment] | None
    forwarded: list[ForwardedMail] | None
    report: MailReport | None
    about: UUID | None = Field(description="The mail that a bounce or receipt is about, once it is here.")
    defects: list[str] = Field(description="What was wrong with it, in plain words.")
    size: int
    sha256: str
    original_kept: bool
    original_reason: str | None = Field(description="Why the original is not kept.")
    created_at: Instant
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class ThreadPage(Read):
    """The contacts of a thread, oldest first."""

    items: list[InteractionRead]
    next: str | None


class MailSettingsRead(Read):
    """The settings; `keep_up_to` is the size in bytes up to which originals are kept."""

    id: UUID
    version: int
    own: list[str]
    keep_up_to: int
    updated_at: Instant


class MailSettingsUpdate(Body):
    """New settings; what is absent stays."""

    model_config = example(own=["sales@example.com", "@example.com"], keep_up_to=10_485_760)

    own: list[OwnAddress] = Field(max_length=1_000, default_factory=kept)
    keep_up_to: Whole = Field(ge=0, le=MOST_KEPT, default_factory=kept)


class MailImportCreate(Body):
    """A mailbox to import: `upload` names its parts, `parts` how many they are."""

    model_config = example(upload="0192f0c1-0000-7000-8000-000000000001", parts=1)

    upload: UUID
    parts: Whole = Field(ge=1, le=100_000)
    direction: Direction | None = None


class MailPartPut(Body):
    """A part of a mailbox in JSON: `raw` is its bytes in base64."""

    model_config = example(raw="RnJvbSBhQGIgTW9uIE1hciAgMiAwOTozMDowMCAyMDI2CgpIZWxsbwo=")

    raw: str = Field(min_length=4, max_length=12_000_000, json_schema_extra={"format": "byte"})


class MailPartRead(Read):
    """A part that has arrived; `size` in bytes."""

    upload: UUID
    number: int
    size: int


class MailImportParameters(Read):
    """What is imported: an upload of so many parts; without a direction each message tells its own."""

    upload: UUID
    parts: int
    direction: Direction | None
    source: str


class MailImportCounts(Read):
    """What an import has read so far, and what became of it."""

    messages: int
    created: int
    unchanged: int
    rejected: int
    bytes: int


class MailImportRead(JobRead[MailImportParameters, MailImportCounts]):
    """An import."""


class MailImportPage(Read):
    """Imports, newest first."""

    items: list[MailImportRead]
    next: str | None


class MailRejectRead(Read):
    """A message that was not taken: its number and its first byte in the mailbox, and why."""

    number: int
    offset: int
    size: int
    reason: str


class MailRejectPage(Read):
    """Messages that were not taken, in their order in the mailbox."""

    items: list[MailRejectRead]
    next: str | None
