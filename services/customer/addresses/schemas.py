"""What callers send and get about addresses."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shared.schemas import Body, Country, Read, Text, example

EXAMPLE = example(type="billing", lines=["南京东路 1 号"], city="上海", postal_code="200001", country="CN")
PlaceType = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", max_length=32, examples=["billing", "postal", "home"])
]


class AddressProblem(Body):
    """Something about a part of an address that seems wrong, or is not there."""

    part: Text
    code: Text


Lines = Annotated[list[Text], Field(max_length=20)]
Ours: Any = Field(default=None, max_length=20, description="Read-only, and ignored.")


class AddressCreate(Body):
    """A place of a customer."""

    model_config = EXAMPLE

    type: PlaceType = "postal"
    lines: list[Text] = Field(default_factory=list, max_length=10)
    district: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Country | None = None


class Address(AddressCreate):
    """An address inside a customer; one that is sent back with its id stays the same one."""

    id: UUID | None = None
    formatted: Lines | None = Ours
    formatted_latin: Lines | None = Ours
    problems: list[AddressProblem] | None = Ours


class AddressProblemRead(Read):
    """Something about a part of an address that seems wrong, or is not there."""

    part: str
    code: str


class AddressRead(Read):
    """A place of a customer."""

    id: UUID
    type: str
    lines: list[str]
    district: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    formatted: list[str] = Field(description="Its lines on an envelope; empty if older than this member.")
    formatted_latin: list[str] | None = Field(
        description="Those in Latin letters, where all parts have them."
    )
    problems: list[AddressProblemRead] = Field(description="What seems wrong with it.")
