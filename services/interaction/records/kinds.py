"""What tells one kind of record from another; everything else about writing them is shared."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from asyncpg import Record as Row
from pydantic import BaseModel
from sqlalchemy import ColumnElement

from feed.history import History
from keeping.keeper import accept
from services.interaction.base import FEED
from services.interaction.identities.people import key_of
from services.interaction.records.drafts import Columns, Draft, Settle, as_given
from services.interaction.records.models import Fact, Record
from services.interaction.records.schemas import Batch, RecordCreate, RecordRead, RecordRow
from services.interaction.records.shapes import LINKS, batch_of, page_of, required, row_of, update_of
from shared.database import Database, Transaction
from shared.masking import columns_of

OCCURRED = "occurred_at"
# Gets the columns of the record and, for a fact, those of its customer's identity.
Rendering = Callable[[Any, Any], ColumnElement[Any]]
Admit = Callable[[Database, Sequence[Draft]], Awaitable[None]]
Link = Callable[[Transaction, Sequence[Draft]], Awaitable[None]]
NAMES = LINKS | {"id", "if_version"}  # fields that name a record or its links
KEPT = (
    "id",
    "customer_id",
    "version",
    "source_system",
    "source_id",
    "recorded_by",
    "created_at",
    "updated_at",
)


async def admit_all(_: Database, __: Sequence[Draft]) -> None:
    """Admit every draft of a kind that depends on nothing else."""


async def link_nothing(_: Transaction, __: Sequence[Draft]) -> None:
    """Link drafts of a kind that names no other records."""


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of record.

    `create` and `read` are what callers send and get; the other bodies follow from them. `time` is the
    callers' name of the column `occurred_at`; `columns` turns the other given fields into columns;
    `check` raises Invalid for columns that make no record; `whole` adds the columns that follow from the
    others, or refuses the step from what the record was before; `admit` may reject drafts by what the process
    knows, before any transaction; `link` resolves what drafts name besides their customer, and may reject
    them too; `created` is the last part of the feed type of a new record.
    """

    name: str
    path: str
    model: type[Record]
    create: type[RecordCreate]
    read: type[RecordRead]
    rendering: Rendering
    time: str = "occurred_at"
    columns: Callable[[Mapping[str, Any]], Columns] = dict
    check: Callable[[Mapping[str, Any]], None] = accept
    whole: Settle = as_given
    admit: Admit = admit_all
    link: Link = link_nothing
    created: str = "created"

    @cached_property
    def row(self) -> type[RecordRow]:
        """One row of a batch."""
        return row_of(self.create)

    @cached_property
    def batch(self) -> type[Batch[Any]]:
        """Rows to write together."""
        return batch_of(self.create, self.row)

    @cached_property
    def update(self) -> type[RecordCreate]:
        """A merge patch."""
        return update_of(self.create)

    @cached_property
    def page(self) -> type[BaseModel]:
        """A page of the list."""
        return page_of(self.read)

    @cached_property
    def history(self) -> History:
        """The history of the records."""
        return History(FEED, self.personal)

    @cached_property
    def personal(self) -> frozenset[str]:
        """The columns that hold personal data; fields have the same names."""
        return columns_of(self.model)

    @cached_property
    def dropped(self) -> frozenset[str]:
        """The columns that are emptied when a record is stripped: those that hold personal data."""
        return self.personal.intersection(self.content)

    @cached_property
    def of_customer(self) -> bool:
        """Whether records of this kind belong to a customer."""
        return issubclass(self.model, Fact)

    @cached_property
    def required(self) -> frozenset[str]:
        """The fields that a new record must have."""
        return frozenset(required(self.create))

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The columns that are compared, and whose changes the history keeps."""
        return tuple(c.name for c in self.model.__table__.columns if c.name not in KEPT)

    @cached_property
    def defaults(self) -> Columns:
        """The columns of a new record whose row gives nothing."""
        fields = self.create.model_fields.items()
        unsaid = {
            name: field.get_default(call_default_factory=True)
            for name, field in fields
            if not (field.is_required() or name in NAMES)
        }
        return dict.fromkeys(self.content) | self.of_given(unsaid)

    def settled(self, before: Columns | None, after: Columns) -> Columns:
        """Return the whole content that a write leaves; raises a Problem for what makes no record."""
        content = self.whole(before, after)
        self.check(content)
        return content

    def of_given(self, given: Mapping[str, Any]) -> Columns:
        """Return the columns of given fields."""
        columns = self.columns(given)
        if self.time in columns:
            columns[OCCURRED] = columns.pop(self.time)
        return columns

    def as_told(self, diff: Mapping[str, Any]) -> dict[str, Any]:
        """Return a difference of columns with the names by which callers know them."""
        return {self.time if name == OCCURRED else name: change for name, change in diff.items()}

    def location(self, record_id: UUID) -> str:
        """Return where a record is found."""
        return f"/v1/{self.path}/{record_id}"

    def draft(self, row: RecordCreate, index: int = 0) -> Draft:
        """Return what a validated row wants."""
        given = row.model_fields_set
        return Draft(
            index,
            self.of_given({name: getattr(row, name) for name in given if name not in NAMES}),
            self.defaults,
            missing=tuple(sorted(self.required - given)),
            id=getattr(row, "id", None),
            source=None if row.source is None else (row.source.system, row.source.id),
            if_version=getattr(row, "if_version", None),
            customer=_named(row, "customer"),
            order=_named(row, "order"),
        )

    def held(self, row: Row) -> Columns:
        """Return the content of a stored row, in the form in which drafts give it."""
        return {name: _plain(row[name]) for name in self.content}


def _named(row: RecordCreate, name: str) -> Any:  # noqa: ANN401 - a key, or None
    reference = getattr(row, name, None) if name in row.model_fields_set else None
    return None if reference is None else key_of(reference)


def _plain(value: object) -> object:
    return format(value, "f") if isinstance(value, Decimal) else value
