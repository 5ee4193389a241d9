"""What callers send and get about products."""

from typing import Any

from services.interaction.records.schemas import RecordCreate, RecordRead
from shared.schemas import Flag, Text, example

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


class ProductRead(RecordRead):
    """Something that is sold."""

    name: str
    category: str | None
    family: str | None
    active: bool
