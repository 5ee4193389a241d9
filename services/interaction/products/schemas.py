"""What callers send and get about products."""

from typing import Any

from pydantic import Field

from services.interaction.records.schemas import (
    MAX_ROWS,
    AsGiven,
    Batch,
    RecordCreate,
    RecordRead,
    RecordRow,
    partial,
)
from shared.schemas import Flag, Read, Text, example

EXAMPLE: dict[str, Any] = {
    "source": {"system": "erp", "id": "SKU1"},
    "name": "Longjing 100 g",
    "category": "Tea",
    "family": "Green tea",
}


class ProductCreate(RecordCreate):
    """A product of the catalogue; a family is the finer division of a category."""

    model_config = example(**EXAMPLE)

    name: Text
    category: Text | None = None
    family: Text | None = None
    active: Flag = True


@partial
class ProductRow(RecordRow, ProductCreate):
    """One row of a batch of products; what an existing one keeps may be left out."""


class ProductBatch(Batch):
    """Products to store together."""

    model_config = example(mode="upsert", items=[EXAMPLE])

    items: list[AsGiven[ProductRow]] = Field(min_length=1, max_length=MAX_ROWS)


class ProductRead(RecordRead):
    """Something that is sold."""

    name: str
    category: str | None
    family: str | None
    active: bool


class ProductPage(Read):
    """Products, the last recorded first."""

    items: list[ProductRead]
    next: str | None
