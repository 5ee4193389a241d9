"""How callers name a customer or another record: by id, or by its name in another system."""

from typing import Annotated
from uuid import UUID

from pydantic import Discriminator, Tag

from shared.schemas import SourceKey


def _form(value: object) -> str:
    return "name" if isinstance(value, (dict, SourceKey)) else "id"


Reference = Annotated[
    Annotated[UUID, Tag("id")] | Annotated[SourceKey, Tag("name")],
    Discriminator(_form),
]
