"""What callers send and get about custom fields."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, Strict

from services.customer.attributes.types import MOST, FieldType
from shared.schemas import Body, Flag, Instant, Read, Text, Whole, example
from web.bodies import kept

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", max_length=63, examples=["shoe_size"])]
Long = Annotated[str, Field(min_length=1, max_length=1_000)]
Pattern = Annotated[str, Field(min_length=1, max_length=500, description="As in JSON Schema.")]
Length = Annotated[Whole, Field(ge=1, le=10_000)]
Position = Annotated[Whole, Field(ge=0, le=1_000_000, description="Its place among the fields.")]
_Number = Field(ge=-(10**15), le=10**15)
Bound = (
    Annotated[str, Field(max_length=40)]
    | Annotated[int, Strict(), _Number]
    | Annotated[float, Strict(), _Number]
)
ANYTHING: Any = {"description": "A value of the field's type."}


class FieldKind(StrEnum):
    """Which customers have the field."""

    ANY = "any"
    PERSON = "person"
    ORGANIZATION = "organization"


class Undeclared(StrEnum):
    """What becomes of attributes that no custom field declares."""

    ALLOWED = "allowed"
    REFUSED = "refused"


class Language(StrEnum):
    """A language of labels, and its script."""

    EN = "en"
    SIMPLIFIED = "zh-Hans"
    TRADITIONAL = "zh-Hant"


class Label(Body):
    """A text in up to three languages."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"minProperties": 1})

    en: Long | None = None
    simplified: Long | None = Field(default=None, alias="zh-Hans")
    traditional: Long | None = Field(default=None, alias="zh-Hant")


class Option(Body):
    """One of the values of a choice; what is retired stays where it is stored, and is chosen no more."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    label: Label = Field(default_factory=Label)
    retired: Flag = False


Options = Annotated[list[Option], Field(max_length=MOST)]


class CustomFieldCreate(Body):
    """A new field; code and type stay for ever."""

    model_config = example(
        code="shoe_size", type="decimal", label={"en": "Shoe size", "zh-Hans": "鞋码"}, min="15", max="60"
    )

    code: Code
    kind: FieldKind = FieldKind.ANY
    type: FieldType
    label: Label
    help: Label | None = None
    required: Flag = False
    options: Options = Field(default_factory=list)
    min: Bound | None = None
    max: Bound | None = None
    pattern: Pattern | None = None
    max_length: Length | None = None
    filterable: Flag = True
    default: Any = Field(default=None, json_schema_extra=ANYTHING)
    group: Text | None = None
    position: Position = 0


class CustomFieldUpdate(Body):
    """A merge patch: what is absent stays, null empties; `options` replaces the whole list."""

    model_config = example(position=1)

    kind: FieldKind = kept()
    label: Label = kept()
    help: Label | None = None
    required: Flag = kept()
    options: Options = kept()
    min: Bound | None = None
    max: Bound | None = None
    pattern: Pattern | None = None
    max_length: Length | None = None
    filterable: Flag = kept()
    default: Any = Field(default=None, json_schema_extra=ANYTHING)
    group: Text | None = None
    position: Position = kept()


class LabelRead(Read):
    """A text in up to three languages."""

    en: str | None
    simplified: str | None = Field(alias="zh-Hans")
    traditional: str | None = Field(alias="zh-Hant")


class OptionRead(Read):
    """One of the values of a choice."""

    code: str
    label: LabelRead
    retired: bool


class CustomFieldRead(Read):
    """A definition."""

    id: UUID
    code: str
    kind: FieldKind
    type: FieldType
    label: LabelRead
    help: LabelRead | None
    required: bool
    options: list[OptionRead]
    min: str | int | None
    max: str | int | None
    pattern: str | None
    max_length: int | None
    filterable: bool
    default: Any = Field(json_schema_extra=ANYTHING)
    group: str | None
    position: int
    version: int
    created_at: Instant
    updated_at: Instant


class CustomFieldChanged(CustomFieldRead):
    """A definition after a change."""

    lacking: int | None = Field(
        description="When the change made the field required: how many customers that you see lack it."
    )


class CustomFieldPage(Read):
    """Custom fields, in the order of their codes."""

    items: list[CustomFieldRead]
    next: str | None


class OptionUse(Read):
    """How many customers have an option."""

    code: str
    customers: int


class CustomFieldUse(Read):
    """How many of the customers that you see, of those who may have the field, have it and lack it."""

    filled: int
    lacking: int
    options: list[OptionUse]


class CustomFieldSettingsWrite(Body):
    """What holds for all attributes."""

    model_config = example(undeclared="allowed")

    undeclared: Undeclared


class CustomFieldSettingsRead(Read):
    """What holds for all attributes."""

    undeclared: Undeclared
    version: int
    updated_at: Instant
