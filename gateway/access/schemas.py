"""What callers say and read about API clients."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from gateway.access.models import GENEROUS
from shared.auth import Visibility
from shared.schemas import Body, Code, Instant, Read, Text, Whole, example
from web.bodies import kept

MONTH_S = 30 * 24 * 3600


class PersonalData(StrEnum):
    """Whether personal data is read as it is, or masked: read as null, neither written nor filtered by."""

    CLEAR = "clear"
    MASKED = "masked"


class KeyState(StrEnum):
    """Whether a key works, and if not, why."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


def _no_service(value: str) -> str:
    if value.startswith("service:"):
        raise ValueError("the services' own names cannot be given away")
    return value


def _each_once(value: list[str]) -> list[str]:
    return sorted(set(value))


Scope = Annotated[
    str, Field(pattern=r"^(\*|[a-z][a-z_-]*:[a-z_-]+)$", max_length=100, examples=["customers:read"])
]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=50), AfterValidator(_each_once)]
Actor = Annotated[Text, AfterValidator(_no_service)]
Rate = Annotated[Whole, Field(ge=1, le=1_000_000, description="Requests a second.")]
Department = Annotated[
    Text | None, Field(description="Whose records are seen: with the visibility `department`, and only then.")
]


class KeyCreate(Body):
    """A further key, so that one can be replaced while both work."""

    model_config = example(expires_at="2027-01-01T00:00:00Z")

    expires_at: Annotated[Instant | None, Field(description="In the future; null: never.")] = None


class KeyRotate(KeyCreate):
    """A new key for an old one, which works on for `overlap_s`, but never beyond its own expiry."""

    overlap_s: Whole = Field(3600, ge=0, le=MONTH_S, description="Seconds; 0 ends the old key at once.")


class ApiClientCreate(KeyCreate):
    """A program that may call; `principal_id` is whom it acts as, `source` the system that it writes for."""

    model_config = example(name="ERP", scopes=["customers:read", "orders:write"], source="erp")

    name: Text
    scopes: Scopes
    visibility: Visibility = Visibility.ALL
    department: Department = None
    personal_data: PersonalData = PersonalData.CLEAR
    principal_id: Actor | None = Field(None, description="the client's own id when absent")
    source: Code = "api"
    rate: Rate = GENEROUS


class ApiClientUpdate(Body):
    """A merge patch of a client; its id and whom it acts as stay."""

    model_config = example(rate=500, department=None)

    name: Text = kept()
    scopes: Scopes = kept()
    visibility: Visibility = kept()
    department: Department = None
    personal_data: PersonalData = kept()
    source: Code = kept()
    rate: Rate = kept()


class ApiKeyRead(Read):
    """A key without its secret; `last_used_at` is exact to the minute and half a minute late."""

    id: UUID
    prefix: str
    state: KeyState
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class ApiKeyCreated(ApiKeyRead):
    """A new key. `key` is shown this once; null where an Idempotency-Key repeats the request."""

    key: str | None


class ApiKeyRotated(ApiKeyCreated):
    """A new key, and the one that it replaces, with the time of its end."""

    replaces: ApiKeyRead


class ApiClientRead(Read):
    """A client and its keys."""

    id: UUID
    name: str
    principal_id: str
    scopes: list[str]
    visibility: Visibility
    department: str | None
    personal_data: PersonalData
    source: str
    rate: int
    version: int
    created_at: datetime
    updated_at: datetime
    revoked_at: datetime | None
    keys: list[ApiKeyRead]


class ApiClientCreated(ApiClientRead):
    """A new client. `key` is shown this once; null where an Idempotency-Key repeats the request."""

    key: str | None


class ApiClientPage(Read):
    """Clients, oldest first."""

    items: list[ApiClientRead]
    next: str | None


class MeRead(Read):
    """Who a key speaks for, and what it may; `expires_at` is the key's."""

    client_id: UUID
    name: str
    principal_id: str
    scopes: list[str]
    visibility: Visibility
    department: str | None
    personal_data: PersonalData
    source: str
    rate: int
    key_id: UUID
    expires_at: datetime | None
