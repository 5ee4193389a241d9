"""Reading the products of interaction's feed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Told:
    """A product as it is stored; the fields are the columns."""

    id: UUID
    generation: int
    version: int
    name: str
    category: str | None
    family: str | None
    replaced_by_id: UUID | None
    deleted: bool

    @classmethod
    def read(cls, subject: UUID, at: tuple[int, int], data: Mapping[str, Any]) -> Self:
        """Return the product that a record states at (generation, version); deleted without data."""
        by, name = data.get("replaced_by_id"), data["name"] if data else ""
        by_id = None if by is None else UUID(by)
        return cls(subject, *at, name, data.get("category"), data.get("family"), by_id, not data)
