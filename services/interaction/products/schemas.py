"""What callers send and get about products."""

from typing import Any
from uuid import UUID

from services.interaction.identities.schemas import Reference
from services.interaction.records.schemas import RecordCreate, RecordRead
from shared.schemas import Flag, Read, Text, example

EXAMPLE: dict[str, Any] = {
    "source": {"system": "erp", "id": "SKU1"},
    "name": "Longjing 100 g",
    "category": "Tea",
    "family": "Green tea",
}


class ProductCreate(RecordCreate):
    """A product of the catalogue; a family is the finer division of a category, `release` its version there.

    `replaced_by` is the product that is sold in its place, which may arrive later.
    """

    model_config = example(**EXAMPLE)

    name: Text
    category: Text | None = None
    family: Text | None = None
    release: Text | None = None
    active: Flag = True
    replaced_by: Reference | None = None


class ProductRead(RecordRead):
    """Something that is sold."""

    name: str
    category: str | None
    family: str | None
    release: str | None
    active: bool
    replaced_by_id: UUID | None


class ProductStep(Read):
    """A product of a chain of replacements, so many steps away."""

    id: UUID
    name: str
    release: str | None
    active: bool
    step: int


class ProductReplacements(Read):
    """The chain that a product is in: what is sold in its place today, and all on the way there and behind.

    A product that was named before it arrived is in the chain once it is there.
    """

    product_id: UUID
    current_product_id: UUID
    replaced_by: list[ProductStep]
    replaces: list[ProductStep]


class FamilyBranch(Read):
    """A family of a category; null for products without one."""

    family: str | None
    products: int
    active: int


class CategoryBranch(Read):
    """A category with its families; the empty text is for products without one."""

    category: str
    products: int
    active: int
    families: list[FamilyBranch]


class ProductTree(Read):
    """Categories by name."""

    items: list[CategoryBranch]
    next: str | None
