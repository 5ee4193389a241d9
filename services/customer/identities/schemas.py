"""What callers send and get about identities."""

from uuid import UUID

from pydantic import Field

from services.customer.customers.names import Name
from services.customer.customers.references import ID
from services.customer.customers.schemas import Kind
from shared.schemas import Body, Code, Read, Text, example


class IdentityQuestion(Body):
    """A name in another system or, without a system, an id of ours: also one whose record was merged away."""

    system: Code | None = None
    kind: Kind = ""
    id: Text

    def key(self) -> Name | UUID | None:
        """Return what is asked about; None for a text that is no id."""
        if self.system is not None:
            return self.system, self.kind, self.id
        return UUID(self.id) if ID.fullmatch(self.id) else None


class IdentityQuestions(Body):
    """Up to a thousand names in other systems, or ids."""

    model_config = example(items=[{"system": "erp", "id": "C0001"}])

    items: list[IdentityQuestion] = Field(min_length=1, max_length=1_000)


class Resolved(Read):
    """A name, or an id, and the customer that it means now, if there is one to be seen."""

    system: str | None
    kind: str
    id: str
    customer_id: UUID | None


class IdentityAnswers(Read):
    """One result for each name, in the order of the request."""

    results: list[Resolved]
