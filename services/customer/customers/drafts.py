"""A draft: one customer on its way from what is stored to what will be."""

from dataclasses import dataclass, field
from uuid import UUID

from feed.write import Change
from services.customer.customers.documents import BLANK, Document
from services.customer.customers.names import Name, names_of
from shared.diff import Diff

CREATED, UPDATED, DELETED = "customer.created", "customer.updated", "customer.deleted"
MERGED, UNMERGED = "customer.merged", "customer.unmerged"
GONE = (DELETED, MERGED)


@dataclass(slots=True)
class Draft:
    """The document as it is stored (blank if it is not) and as it will be, and the changes in between."""

    id: UUID
    stored: Document
    document: Document
    held: set[Name]  # the names that lead to the stored customer
    names: set[Name]  # those that will
    steps: list[tuple[str, Change]] = field(default_factory=list)

    @classmethod
    def new(cls, id_: UUID) -> "Draft":
        """Begin a customer."""
        return cls(id_, BLANK, BLANK, set(), set())

    @classmethod
    def away(cls, id_: UUID, stored: Document) -> "Draft":
        """Take up a record that was merged away: it keeps its document, but no name leads to it."""
        return cls(id_, stored, stored, set(), set())

    @classmethod
    def of(cls, id_: UUID, stored: Document) -> "Draft":
        """Take up a stored customer."""
        names = names_of(stored)
        return cls(id_, stored, stored, names, names)

    @property
    def version(self) -> int:
        """The version of the document; 0 before the first step."""
        version: int = self.document.get("version", 0)
        return version

    @property
    def is_new(self) -> bool:
        """Whether nothing is stored yet."""
        return self.stored is BLANK

    @property
    def is_deleted(self) -> bool:
        """Whether the last step removed the customer."""
        return bool(self.steps) and self.steps[-1][0] in GONE

    def step(self, type_: str, document: Document, diff: Diff, at: str, above: int = 0) -> None:
        """Go on to the next version, or to the one `above` a version; `at` is an RFC 3339 time."""
        version, before = max(self.version, above) + 1, self.document
        first = {"id": str(self.id), "created_at": at} if version == 1 else {}
        self.document = {**document, **first, "version": version, "updated_at": at}
        self.steps.append((type_, Change(self.id, version, diff, before["owner"], before["department"])))
        if type_ in GONE:
            self.names = set()
        elif type_ == UNMERGED or "identities" in diff:
            self.names = names_of(document)
