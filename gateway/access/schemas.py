"""What callers say and read about API clients."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from gateway.access.models import GENEROUS
from shared.auth import Visibility
from shared.schemas import Body, Code, Instant, Read, Text, example


def _no_service(value: str) -> str:
    if value.startswith("service:"):
        raise ValueError("the services' own names cannot be given away")
    return value


Scope = Annotated[
    str, Field(pattern=r"^(\*|[a-z][a-z_-]*:[a-z_-]+)$", max_length=100, examples=["customers:read"])
]
Actor = Annotated[Text, AfterValidator(_no_service)]


class KeyCreate(Body):
    """A further key, so that one can be replaced while both work."""

    model_config = example(expires_at="2027-01-01T00:00:00Z")

    expires_at: Instant | None = None


class ApiClientCreate(KeyCreate):
    """A program that may call; `principal_id` is whom it acts as, `source` the system that it writes for."""

    model_config = example(name="ERP", scopes=["customers:read", "orders:write"], source="erp")

    name: Text
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)]
    visibility: Visibility = Visibility.ALL
    department: Text | None = None
    principal_id: Actor | None = Field(None, description="the client's own id when absent")
    source: Code = "api"
    rate: int = Field(GENEROUS, ge=1, le=1_000_000, description="requests a second")


class ApiKeyRead(Read):
    """A key without its secret."""

    id: UUID
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeyCreated(ApiKeyRead):
    """A new key; this is the only time that `key` is shown."""

    key: str


class ApiClientRead(Read):
    """A client and its keys."""

    id: UUID
    name: str
    principal_id: str
    scopes: list[str]
    visibility: Visibility
    department: str | None
    source: str
    rate: int
    created_at: datetime
    keys: list[ApiKeyRead]


class ApiClientCreated(ApiClientRead):
    """A new client; this is the only time that `key` is shown."""

    key: str


class ApiClientPage(Read):
    """Clients, oldest first."""

    items: list[ApiClientRead]
    next: str | None
