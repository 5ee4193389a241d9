"""What callers send and get about objections."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from services.interaction.channels.schemas import LabelsRead
from services.interaction.identities.schemas import Reference
from services.interaction.objections.catalogue import ObjectionKind, ObjectionMethod
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Body, Flag, Instant, LongText, Read, Text, example

MOST = 50  # attempts
Personality = Literal[
    "composed",
    "indecisive",
    "boastful",
    "forthright",
    "talkative",
    "taciturn",
    "fault_finding",
    "insincere",
    "cold_proud",
    "impulsive",
    "resentful",
    "slick",
]
EXAMPLE: dict[str, Any] = {
    "customer": {"system": "erp", "id": "C0001"},
    "raised_at": "2026-03-02T09:30:00Z",
    "kind": "price",
    "said": "The other shop takes a tenth less.",
    "attempts": [{"method": "compensate", "answer": "We deliver and install it.", "worked": True}],
    "outcome": "overcome",
    "source": {"system": "desk", "id": "O-4"},
}


class ObjectionOutcome(StrEnum):
    """What became of an objection; `stood`: it kept the customer from buying."""

    OPEN = "open"
    OVERCOME = "overcome"
    STOOD = "stood"


class ObjectionAttempt(Body):
    """One try to meet an objection; `worked` is null while nobody knows."""

    model_config = example(**EXAMPLE["attempts"][0])

    method: ObjectionMethod
    answer: LongText | None = None
    by: Text | None = None
    worked: Flag | None = None


class ObjectionAttemptRead(Read):
    """One try to meet an objection."""

    method: ObjectionMethod
    answer: str | None
    by: str | None
    worked: bool | None


class ObjectionCreate(RecordCreate):
    """An objection of a customer, as it was said, and what was tried; `founded` if it is true."""

    model_config = example(**EXAMPLE)

    customer: Reference
    raised_at: Instant
    kind: ObjectionKind
    said: LongText
    founded: Flag | None = None
    personality: Personality | None = None
    raised_to: Text | None = None
    attempts: list[ObjectionAttempt] = Field(default_factory=list, max_length=MOST)
    outcome: ObjectionOutcome = ObjectionOutcome.OPEN


class ObjectionRead(FactRead):
    """What a customer objected, and how that was met."""

    raised_at: Instant
    kind: ObjectionKind
    said: str | None
    founded: bool | None
    personality: Personality | None
    raised_to: str | None
    attempts: list[ObjectionAttemptRead] | None
    outcome: ObjectionOutcome


class ObjectionKindRead(Read):
    """A kind of objection."""

    code: ObjectionKind
    labels: LabelsRead


class ObjectionMethodRead(Read):
    """A method, when it fits, and what to do."""

    code: ObjectionMethod
    labels: LabelsRead
    fits: str
    do: str


class ObjectionCatalogue(Read):
    """The kinds of objections, and the methods of handling them."""

    kinds: list[ObjectionKindRead]
    methods: list[ObjectionMethodRead]


class MethodFigures(Read):
    """How often a method was tried on a kind of objection, and how often it worked.

    `share` is worked / (worked + failed); `low` and `high` are the bounds of its 95 % interval (E. B. Wilson,
    Probable inference, the law of succession, and statistical inference, JASA 22, 1927). The `unknown` tries,
    of which nobody said whether they worked, are left out of it. All three are null where nothing is known.
    """

    kind: ObjectionKind
    personality: Personality | None
    method: ObjectionMethod
    tried: int
    worked: int
    failed: int
    unknown: int
    share: float | None
    low: float | None
    high: float | None


class MethodFiguresList(Read):
    """Figures by kind and method, and by personality where asked for: the surest method of a kind first."""

    items: list[MethodFigures]
