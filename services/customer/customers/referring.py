"""How a body names a customer: by its id, an old one too, or by its name in another system."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Discriminator, Tag

from services.customer.customers.references import Reference
from shared.schemas import SourceKey


def _form(value: object) -> str:
    return "name" if isinstance(value, (dict, SourceKey)) else "id"


CustomerReference = Annotated[
    Annotated[UUID, Tag("id")] | Annotated[SourceKey, Tag("name")],
    Discriminator(_form),
]


def referred(given: UUID | Mapping[str, str]) -> Reference:
    """Return what a body's reference, as it is dumped, refers to."""
    return (
        Reference(id=given) if isinstance(given, UUID) else Reference(name=(given["system"], "", given["id"]))
    )
