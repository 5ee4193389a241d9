"""Who the references of one request mean."""

from dataclasses import dataclass, field, replace
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


@dataclass(slots=True)
class People:
    """What is known of each reference before anything is written; `told` is what the customer service added.

    A stranger is a reference that nobody can resolve: a name that customer does not know, or an id while
    customer could not be asked, which `unasked` says.
    """

    known: dict[Key, Known] = field(default_factory=dict)
    told: dict[Key, Known] = field(default_factory=dict)
    strangers: set[Key] = field(default_factory=set)
    unasked: bool = False


def as_told(customer_id: UUID, owner: str | None = None, department: str | None = None) -> Known:
    """Return somebody whom the customer service knows by this id."""
    return Known(customer_id, customer_id, owner, department, deleted=False, matched=True)


def by_former_id(id_: UUID, customer: Known) -> Known:
    """Return somebody whom the customer service knew by an id, and now by another."""
    return replace(customer, original_id=id_)


def key_of(reference: UUID | SourceKey) -> Key:
    """Return a reference as a key of People."""
    return reference if isinstance(reference, UUID) else (reference.system, reference.id)
