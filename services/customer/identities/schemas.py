"""What callers send and get about identities."""

from uuid import UUID

from pydantic import Field

from services.customer.customers.schemas import Identity, IdentityRead
from shared.schemas import Body, Read, example


class IdentityQuestions(Body):
    """Up to a thousand names in other systems."""

    model_config = example(items=[{"system": "erp", "id": "C0001"}])

    items: list[Identity] = Field(min_length=1, max_length=1_000)


class Resolved(IdentityRead):
    """A name and the customer that it leads to, if there is one to be seen."""

    customer_id: UUID | None


class IdentityAnswers(Read):
    """One result for each name, in the order of the request."""

    results: list[Resolved]
