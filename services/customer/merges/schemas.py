"""What callers send and get about merges."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Discriminator, Field, Tag

from services.customer.customers.names import name_of
from services.customer.customers.references import Reference
from services.customer.customers.schemas import CustomerRead, Identity
from services.customer.merges.survivorship import ATTRIBUTES, IDENTITIES, RULES, SCALARS, Rule
from services.customer.merges.unions import UNIONS
from shared.schemas import Body, Code, Flag, Instant, Read, Text, example

MOST = 50  # records in one merge, the survivor among them
_NAMED = "|".join(name for name in (*SCALARS, *UNIONS) if name != IDENTITIES)
_PATTERN = rf"^({_NAMED}|{ATTRIBUTES}(\..{{1,200}})?)$"


def _form(value: object) -> str:
    return "name" if isinstance(value, (dict, Identity)) else "id"


CustomerRef = Annotated[Annotated[UUID, Tag("id")] | Annotated[Identity, Tag("name")], Discriminator(_form)]
Field_ = Annotated[str, Field(pattern=_PATTERN, max_length=220, examples=["region"])]
Setting = Annotated[str, Field(pattern=rf"^({_NAMED}|{ATTRIBUTES})$", max_length=64, examples=["region"])]


def reference(given: UUID | Identity) -> Reference:
    """Return a reference of a body as one of a path."""
    return Reference(id=given) if isinstance(given, UUID) else Reference(name=name_of(given.model_dump()))


class MergeCreate(Body):
    """Records to fold into one; `rules` go before the settings, and `values` before all rules.

    `values` names for a field the record whose value survives, if an empty one.
    """

    model_config = example(
        survivor={"system": "erp", "id": "C0001"},
        duplicates=[{"system": "erp", "id": "C0002"}],
        rules={"region": "newest"},
        reason="the same person",
        dry_run=True,
    )

    survivor: CustomerRef
    duplicates: list[CustomerRef] = Field(min_length=1, max_length=MOST - 1)
    rules: dict[Field_, Rule] = Field(default_factory=dict, max_length=200)
    values: dict[Field_, CustomerRef] = Field(default_factory=dict, max_length=200)
    reason: Text | None = None
    dry_run: Flag = False


class MergeUndo(Body):
    """How to undo: `dry_run` tells what would become of it, and writes nothing."""

    model_config = example(dry_run=True)

    dry_run: Flag = False


class FieldDecision(Read):
    """What a field became; `record` is the one that the value is from, null for a union of several."""

    field: str
    value: Any
    rule: str
    record: UUID | None
    why: str


class UndoConflict(Read):
    """What both the merge and a later change touched; `member` is the id of a member of a list, or a name."""

    field: str
    member: str | None
    decided: str


class UndoRead(Read):
    """What an undo found: the fields that were `changed_since` the merge stay so."""

    changed_since: list[str]
    conflicts: list[UndoConflict]


class MergeRead(Read):
    """A merge, and the survivor's customer as it is now; a preview has no id yet.

    `fields` is null when the merge was undone or can be no more: only so long is it kept.
    """

    id: UUID | None
    survivor_id: UUID
    duplicate_ids: list[UUID]
    reason: str | None
    fields: list[FieldDecision] | None
    survivor: CustomerRead | None
    created_at: Instant
    created_by: str
    undoable_until: Instant
    undone_at: Instant | None
    undone_by: str | None
    undo: UndoRead | None
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class MergePage(Read):
    """Merges, the newest first."""

    items: list[MergeRead]
    next: str | None


class SurvivorshipWrite(Body):
    """The rules by field, those left out being the usual ones, and systems, the most trusted first."""

    model_config = example(rules={"name": "trusted_source"}, trusted_sources=["erp", "shop"])

    rules: dict[Setting, Rule] = Field(default_factory=dict)
    trusted_sources: list[Code] = Field(default_factory=list, max_length=100)

    def columns(self) -> dict[str, Any]:
        """Return what is stored."""
        usual = {name: rule for name, rule in RULES.items() if name != IDENTITIES}
        return {"rules": {**usual, **self.rules}, "trusted_sources": self.trusted_sources}


class SurvivorshipRead(Read):
    """By which rule each field survives a merge, unless the merge says otherwise."""

    rules: dict[str, Rule]
    trusted_sources: list[str]
    version: int
    updated_at: Instant
