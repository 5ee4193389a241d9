"""Who the references of one request mean."""

from dataclasses import dataclass, field
from uuid import UUID

from shared.auth import Principal, Visibility
from shared.schemas import SourceKey

Name = tuple[str, str]  # system and id
Key = UUID | Name


@dataclass(frozen=True, slots=True)
class Known:
    """An id under which facts are kept, and the customer that it means now."""

    original_id: UUID
    current_id: UUID
    owner: str | None
    department: str | None
    deleted: bool
    matched: bool

    def seen_by(self, principal: Principal) -> bool:
        """Whether the principal may see the customer; who is unmatched has no owner."""
        if principal.visibility is Visibility.ALL:
            return True
        if principal.visibility is Visibility.DEPARTMENT:
            return self.department is not None and self.department == principal.department
        return self.owner == principal.id


@dataclass(frozen=True, slots=True)
class Told:
    """What the customer service answered about a reference that the projection lacked."""

    customer_id: UUID
    owner: str | None
    department: str | None


@dataclass(slots=True)
class People:
    """What is known of each reference before anything is written.

    A stranger is a reference that nobody can resolve: a name that customer does not know, or an id while customer
    could not be asked.
    """

    known: dict[Key, Known] = field(default_factory=dict)
    told: dict[Key, Told] = field(default_factory=dict)
    strangers: set[Key] = field(default_factory=set)


def key_of(reference: UUID | SourceKey) -> Key:
    """Return a reference as a key of People."""
    return reference if isinstance(reference, UUID) else (reference.system, reference.id)
