"""A small application with every shape of route, for the tests of the foundation; it has no tables."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared import schemas
from shared.auth import PUBLIC, Principal, allow
from shared.errors import Conflict, documents
from shared.settings import Settings
from tests.support.running import Running, run
from web.app import answer, create_app
from web.hot import hot

router = APIRouter(prefix="/v1/things", tags=["things"])
CanRead = Annotated[Principal, allow("things:read")]
seen: dict[str, int] = {"counted": 0}


class Colour(StrEnum):
    """A named enum."""

    RED = "red"
    BLUE = "blue"


class Square(schemas.Body):
    """One branch of the union."""

    shape: Literal["square"]
    side: int = Field(ge=1, le=9)


class Circle(schemas.Body):
    """The other branch."""

    shape: Literal["circle"]
    radius: Decimal


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("must be even")
    return value


class ThingCreate(schemas.Body):
    """A body with everything in it."""

    name: schemas.Text
    colour: Colour = Colour.RED
    made_on: date | None = None
    even: Annotated[int, AfterValidator(_even)] = 0
    forms: list[Annotated[Square | Circle, Field(discriminator="shape")]] = Field(default_factory=list)
    ref: UUID | schemas.SourceKey | None = None
    price: schemas.Money | None = None
    extra: schemas.JsonObject = Field(default_factory=dict)


class ThingRead(schemas.Read):
    """What comes back."""

    id: UUID
    name: str = ""
    made: datetime | None = None


class Loose(BaseModel):
    """A body that ignores what it does not know."""

    model_config = ConfigDict(extra="ignore")
    n: int = 0


async def counted() -> int:
    """Count how often it is called: once a request."""
    seen["counted"] += 1
    return seen["counted"]


async def outer(value: Annotated[int, Depends(counted)], factor: Annotated[int, Query(ge=1)] = 1) -> int:
    """Depend on it again, with a parameter of its own."""
    return value * factor


@router.get("/{thing_id}", response_model=ThingRead)
@hot
async def get_thing(thing_id: UUID, request: Request, principal: CanRead) -> Response:
    """One thing."""
    return answer({"id": thing_id, "by": principal.id}, version=3, request=request)


@router.get("", response_model=list[ThingRead])
@hot
async def list_things(
    *,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    colour: Colour | None = None,
    after: datetime | None = None,
    tag: Annotated[list[str], Query(max_length=3)] = [],  # noqa: B006 - FastAPI copies it
    x_mark: Annotated[int | None, Header()] = None,
    twice: Annotated[int, Depends(outer)],
    once: Annotated[int, Depends(counted)],
) -> Response:
    """Many things."""
    given = {"limit": limit, "colour": colour, "after": after, "tag": tag, "x_mark": x_mark}
    return answer({**given, "same": twice == once})


@router.post("", status_code=201, response_model=ThingRead, responses=documents(Conflict))
@hot
async def create_thing(body: ThingCreate) -> Response:
    """Make a thing."""
    return answer(body.model_dump(mode="json"), status=201)


@router.post("/batch", response_model=list[ThingRead])
@hot
async def batch_things(body: list[ThingCreate]) -> Response:
    """Make many."""
    return answer([each.name for each in body])


@router.patch("/{thing_id}", response_model=ThingRead)
@hot
async def update_thing(thing_id: str, body: Annotated[dict[str, Any], Body()]) -> Response:
    """Change a thing; its id is any text."""
    return answer({"id": thing_id, "body": body})


@router.post("/loose", response_model=ThingRead)
@hot
async def loosen_thing(body: Loose | None = None) -> Response:
    """Take a body or none."""
    return answer({"n": None if body is None else body.n})


@router.get("/{thing_id}/cold", dependencies=[allow(PUBLIC)])
async def cool_thing(thing_id: UUID, limit: int = 1) -> ThingRead:
    """One thing by FastAPI itself."""
    return ThingRead(id=thing_id, name=str(limit))


failures: dict[str, Exception] = {}


@router.post("/failures/{name}")
@hot
async def fail(name: str) -> Response:
    """Raise what the test has prepared."""
    raise failures[name]


def settings_of(
    keys: Path, database_url: str = "postgresql://nobody@127.0.0.1:1/none", **more: Any
) -> Settings:
    """Return settings with a database that is not there."""
    return Settings(service="sample", database_url=database_url, keys=keys, secret=b"s" * 32, **more)


@asynccontextmanager
async def sampled(settings: Settings, **more: Any) -> AsyncIterator[Running]:
    """Run the sample."""
    async with run(create_app(settings, title="Sample", routers=[router], **more), settings) as running:
        yield running
