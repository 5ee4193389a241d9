"""What belongs to a contact besides its text: who took part, what was attached, how it sounded."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, Strict, model_validator

from services.interaction.identities.schemas import Reference
from shared.schemas import Body, Code, Read, SourceKey, Text, Whole, example

MOST = 500  # participants, attachments
_SUBTAG = re.compile(r"(?<=-)(?:([a-z]{4})|([a-z]{2}))(?=-|$)")


def canonical(tag: str) -> str:
    """Return a language tag in the case that RFC 5646, 2.1.1 recommends: zh-Hant-TW."""
    language, private, rest = tag.lower().partition("-x-")
    return _SUBTAG.sub(lambda found: (found[1] or "").title() or found[2].upper(), language) + private + rest


Language = Annotated[
    str,
    Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35, examples=["zh-Hans"]),
    AfterValidator(canonical),
]
Address = Annotated[str, Field(min_length=1, max_length=320)]  # as long as an e-mail address may be
Url = Annotated[
    str, Field(pattern=r"^https?://[^\s]+$", max_length=2_000, examples=["https://example.com/a.pdf"])
]
MediaType = Annotated[
    str, Field(pattern=r"^[\w.+-]+/[\w.+-]+$", max_length=127, examples=["application/pdf"])
]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64, examples=["0" * 64])]
Score = Annotated[float, Strict(), Field(ge=-1, le=1)]


class Side(StrEnum):
    """For whom somebody took part."""

    CUSTOMER = "customer"
    FIRM = "firm"


class Role(StrEnum):
    """How somebody took part."""

    FROM = "from"
    TO = "to"
    CC = "cc"
    BCC = "bcc"
    REPLY_TO = "reply_to"
    AGENT = "agent"
    HOST = "host"
    ATTENDEE = "attendee"


class Participant(Body):
    """Somebody who took part: one of the firm by `principal`, one of the customer's by `customer`."""

    model_config = example(side="customer", role="from", name="Li Na", contact_point="li.na@example.com")

    side: Side
    role: Role
    customer: Reference | None = None
    principal: Text | None = None
    contact_point: Address | None = None
    name: Text | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "Participant":
        if not (self.customer or self.principal or self.contact_point or self.name):
            raise ValueError("needs a customer, a principal, a contact point or a name")
        if self.principal and self.side is Side.CUSTOMER:
            raise ValueError("a principal is on the firm's side")
        if self.customer and self.side is Side.FIRM:
            raise ValueError("a customer is on the customer's side")
        return self


class Attachment(Body):
    """A file that is kept elsewhere: under a `url`, or under a `key` in a store of yours."""

    model_config = example(name="offer.pdf", media_type="application/pdf", size=18_204, key="offers/17.pdf")

    name: Text | None = None
    media_type: MediaType | None = None
    size: Annotated[Whole, Field(ge=0, le=2**53)] | None = None
    sha256: Digest | None = None
    url: Url | None = None
    key: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> "Attachment":
        if (self.url is None) == (self.key is None):
            raise ValueError("needs either a url or a key")
        return self


class Sentiment(Body):
    """How a contact sounded, as somebody or something judged it: from -1 to 1, or by a label."""

    model_config = example(score=-0.4, label="annoyed", by="u-12")

    score: Score | None = None
    label: Code | None = None
    by: Text

    @model_validator(mode="after")
    def _said(self) -> "Sentiment":
        if self.score is None and self.label is None:
            raise ValueError("needs a score or a label")
        return self


class ParticipantRead(Read):
    """Somebody who took part; `customer` as it was given."""

    side: Side
    role: Role
    customer: UUID | SourceKey | None
    principal: str | None
    contact_point: str | None
    name: str | None


class AttachmentRead(Read):
    """A file that is kept elsewhere; `size` in bytes, `sha256` in hexadecimal digits."""

    name: str | None
    media_type: str | None
    size: int | None
    sha256: str | None
    url: str | None
    key: str | None


class SentimentRead(Read):
    """How a contact sounded, and who says so."""

    score: float | None
    label: str | None
    by: str


def columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of given fields; an empty list is kept as null."""
    out = dict(given)
    for name in ("participants", "attachments"):
        if name in out:
            out[name] = [each.model_dump(mode="json") for each in out[name]] or None
    if out.get("sentiment"):
        out["sentiment"] = out["sentiment"].model_dump()
    return out
