"""What callers send and get about sources of webhooks, and what was made of a payload."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.interaction.interactions.catalogue import Direction
from services.interaction.records.schemas import BatchCounts, RowResult
from services.interaction.webhooks.signing import Scheme
from shared.schemas import Body, Code, Instant, Read, Text, example
from web.bodies import kept

Path = Annotated[str, Field(min_length=1, max_length=300, examples=["/message/id"])]
Word = Annotated[str, Field(max_length=200)]
Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$", max_length=100, examples=["x-signature"])]
SHOWN: dict[str, Any] = {
    "list": "/messages",
    "id": "/id",
    "from": "/sender/number",
    "to": "/receiver",
    "text": "/text",
    "time": "/sent_at",
    "time_format": "unix_s",
    "constants": {"direction": "inbound"},
}
EXAMPLE: dict[str, Any] = {
    "code": "sms-east",
    "name": "SMS, east",
    "channel": "sms",
    "system": "phone",
    "mapping": SHOWN,
}


class TimeFormat(StrEnum):
    """How a payload writes times."""

    ISO = "iso"
    UNIX_S = "unix_s"
    UNIX_MS = "unix_ms"


class WebhookMapping(Body):
    """Where things are: JSON Pointers ("/a/0") or dotted paths ("a.0"); after "$" in the whole payload.

    `list` is where a payload has its messages; without it, it is one. `constants` hold what no path finds,
    `directions` what the payload's words for inbound and outbound mean.
    """

    model_config = example(**SHOWN)

    list: Path | None = None
    id: Path | None = None
    from_: Path | None = Field(default=None, alias="from")
    to: Path | None = None
    email: Path | None = None
    phone: Path | None = None
    name: Path | None = None
    subject: Path | None = None
    text: Path | None = None
    time: Path | None = None
    direction: Path | None = None
    thread: Path | None = None
    time_format: TimeFormat = TimeFormat.ISO
    constants: dict[Word, Word] = Field(default_factory=dict, max_length=20)
    directions: dict[Word, Direction] = Field(default_factory=dict, max_length=20)


class WebhookSignature(Body):
    """How payloads are signed: the scheme, and the header that holds the signature."""

    model_config = example(scheme="sha256_hex", header="x-signature")

    scheme: Scheme
    header: Header = "x-signature"


class WebhookSourceCreate(Body):
    """A new source; `system` says what its senders are: "phone", "email", or the name of a system of ids."""

    model_config = example(**EXAMPLE)

    code: Code
    name: Text
    channel: Code
    system: Code
    mapping: WebhookMapping
    signature: WebhookSignature | None = None


class WebhookSourceUpdate(Body):
    """A merge patch; a mapping is replaced whole."""

    model_config = example(name="SMS of the east")

    name: Text = kept()
    channel: Code = kept()
    system: Code = kept()
    mapping: WebhookMapping = kept()
    signature: WebhookSignature | None = None


class WebhookSecretPut(Body):
    """The secret that payloads are signed with; nobody can read it again."""

    model_config = example(secret="a-long-random-text")  # noqa: S106 - nobody's

    secret: Annotated[str, Field(min_length=8, max_length=500)]


class WebhookMappingRead(Read):
    """Where things are, as it was given."""

    list: str | None
    id: str | None
    from_: str | None = Field(alias="from")
    to: str | None
    email: str | None
    phone: str | None
    name: str | None
    subject: str | None
    text: str | None
    time: str | None
    direction: str | None
    thread: str | None
    time_format: TimeFormat
    constants: dict[str, str]
    directions: dict[str, Direction]


class WebhookSignatureRead(Read):
    """How payloads are signed, and the header that holds the signature."""

    scheme: Scheme
    header: str


class WebhookSourceRead(Read):
    """A source of webhooks; `signed` when it has a secret, and payloads without its signature are refused."""

    id: UUID
    version: int
    code: str
    name: str
    channel: str
    system: str
    mapping: WebhookMappingRead
    signature: WebhookSignatureRead | None
    signed: bool
    created_at: Instant
    updated_at: Instant


class WebhookSourcePage(Read):
    """Sources, newest first."""

    items: list[WebhookSourceRead]
    next: str | None


class WebhookResults(Read):
    """What was made of each message, in order; `original` is the id of the payload, null in a dry run."""

    original: UUID | None
    results: list[RowResult]
    counts: BatchCounts
