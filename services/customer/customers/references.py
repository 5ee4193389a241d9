"""References: how a path names a customer."""

import re
from uuid import UUID

from services.customer.customers.names import Name
from services.customer.customers.problems import CustomerNotFound

LONGEST = 300
ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Reference:
    """Either an id or a name; the other is None. No dataclass: FastAPI would read that from a body."""

    __slots__ = ("id", "name")

    def __init__(self, id: UUID | None = None, name: Name | None = None) -> None:  # noqa: A002 - an id is an id
        self.id, self.name = id, name

    @classmethod
    def read(cls, text: str) -> "Reference":
        """Read "<uuid>" or "<system>:<external id>"; what is neither names nobody."""
        if ID.fullmatch(text):
            return cls(id=UUID(text))
        system, colon, external_id = text.partition(":")
        if not (system and colon and external_id) or len(text) > LONGEST:
            raise CustomerNotFound
        return cls(name=(system, "", external_id))

    def parameters(self) -> dict[str, object]:
        """Return what `queries.CUSTOMER` is asked with."""
        if self.name is None:
            return {"id": self.id}
        return dict(zip(("system", "kind", "name"), self.name, strict=True))
