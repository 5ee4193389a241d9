"""Routes of records: all that a kind answers under its path, from one declaration."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlalchemy import ColumnElement

from feed.history import HistoryPage, Stepped, Steps
from services.interaction.identities.people import Key
from services.interaction.records import answers, streaming
from services.interaction.records.actions import UnknownCustomer
from services.interaction.records.drafts import LinkFixed, RecordRetired, SourceKeyTaken
from services.interaction.records.kinds import Kind
from services.interaction.records.lists import Listing, equal
from services.interaction.records.parameters import EveryFact, Everything, Facts, Named, Page, Reach, Span
from services.interaction.records.schemas import (
    Batch,
    BatchMode,
    BatchResults,
    RecordCreate,
    RecordStreamResult,
)
from services.interaction.records.streaming import Mode
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired, Problem, documents
from streams.describing import GIVES, LOADS, Lines, lines, lines_of
from streams.schemas import StreamCounts, StreamEnd
from streams.taking import DryRun
from web.etag import Condition, Seen
from web.hot import hot

Endpoint = Callable[..., Awaitable[Response]]
Filters = Callable[..., Awaitable[Mapping[str, Any]]]
AGAIN = "It was there already, with the same content."


async def unfiltered() -> Mapping[str, Any]:
    """Ask for nothing in particular."""
    return {}


def record_routes(
    kind: Kind,
    *,
    scope: str,
    says: str,
    filters: Filters = unfiltered,
    conditions: Mapping[str, ColumnElement[bool]] | None = None,
    problems: Sequence[type[Problem]] = (),
) -> APIRouter:
    """Return the routes of a kind: POST, POST batch, GET list, both streams; GET, PATCH and history of one.

    Principals need `<scope>:read` or `<scope>:write`. `says` is the sentence of POST, `problems` are the
    kind's own. The parameters of `filters`, which returns them by name, are those of the list: each asks for
    the column of its name, or has its own condition over `bindparam(<name>)`.
    """
    routes = _Routes(kind, scope, problems)
    routes.create(says)
    routes.batch()
    routes.list(filters, conditions or {})
    routes.load()
    routes.get()
    routes.update()
    routes.history()
    return routes.router


class _Routes:
    """The routes of one kind while they are being made: ordinary handlers, but for the types of the kind."""

    def __init__(self, kind: Kind, scope: str, problems: Sequence[type[Problem]]) -> None:
        self.kind, self.problems = kind, problems
        self.router = APIRouter(prefix=f"/v1/{kind.path}", tags=[kind.path])
        self.reader = Annotated[Principal, allow(f"{scope}:read")]
        self.writer = Annotated[Principal, allow(f"{scope}:write")]
        self.key = Annotated[Named, Path(alias=f"{kind.name}_id")]
        self.one = f"/{{{kind.name}_id}}"
        self.title, self.titles = kind.name.replace("_", " "), kind.path.replace("-", " ")

    def create(self, says: str) -> None:
        """POST: record one."""
        kind = self.kind

        async def create(request: Request, body: RecordCreate, principal: Principal) -> Response:
            return await answers.create(request, principal, kind, body)

        whose = (UnknownCustomer,) if kind.of_customer else ()
        again = {200: {"model": kind.read, "description": AGAIN}}
        self._add(
            "POST",
            f"create_{kind.name}",
            _typed(create, body=kind.create, principal=self.writer),
            description=says,
            status_code=201,
            response_model=kind.read,
            responses={**again, **documents(SourceKeyTaken, RecordRetired, Invalid, *whose, *self.problems)},
        )

    def batch(self) -> None:
        """POST batch: record many."""
        kind = self.kind

        async def batch(request: Request, body: Batch[Any], principal: Principal) -> Response:
            return await answers.write_batch(request, principal, kind, body)

        self._add(
            "POST",
            f"batch_{self._named(kind.path)}",
            _typed(batch, body=kind.batch, principal=self.writer),
            "/batch",
            description=f"Record up to a thousand {self.titles}, each judged on its own.",
            response_model=BatchResults,
            responses=documents(Invalid),
        )

    def load(self) -> None:
        """POST stream: record as many as there are."""
        kind = self.kind

        async def load(
            request: Request, principal: Principal, mode: Mode = BatchMode.UPSERT, *, dry_run: DryRun = False
        ) -> Response:
            return await streaming.load(request, principal, kind, mode, dry_run=dry_run)

        self._add(
            "POST",
            f"load_{self._named(kind.path)}",
            _typed(load, principal=self.writer),
            "/stream",
            description=f"Record {self.titles}, one a line; {LOADS}",
            response_class=Lines,
            responses={**lines(RecordStreamResult | StreamCounts), **documents(Invalid)},
            openapi_extra=lines_of(kind.row),
        )

    def list(self, filters: Filters, conditions: Mapping[str, ColumnElement[bool]]) -> None:
        """GET: a list, of which `filters` choose, and the stream of all of it."""
        kind = self.kind
        names = [name for name in inspect.signature(filters).parameters if name not in conditions]
        listing = Listing(kind, {**conditions, **{name: equal(kind, name) for name in names}})

        async def list_(
            request: Request, principal: Principal, span: Span, given: Mapping[str, Any]
        ) -> Response:
            return await listing.answer(request, principal, span, given)

        span = Facts if kind.of_customer else Page
        given = Annotated[Mapping[str, Any], Depends(filters)]
        self._add(
            "GET",
            f"list_{self._named(kind.path)}",
            _typed(list_, principal=self.reader, span=span, given=given),
            description=f"List {self.titles}, the last recorded first.",
            response_model=kind.page,
            responses=documents(Invalid),
        )
        self._stream(listing, given)

    def _stream(self, listing: Listing, given: object) -> None:
        kind = self.kind

        async def stream(
            request: Request, principal: Principal, span: Reach, given: Mapping[str, Any]
        ) -> Response:
            return await listing.stream(request, principal, span, given)

        span = EveryFact if kind.of_customer else Everything
        self._add(
            "GET",
            f"stream_{self._named(kind.path)}",
            _typed(stream, principal=self.reader, span=span, given=given),
            "/stream",
            description=f"Give all {self.titles} that the list would show, one a line; {GIVES}",
            response_class=Lines,
            responses={**lines(kind.read | StreamEnd), **documents(Invalid)},
        )

    def get(self) -> None:
        """GET one."""
        kind = self.kind

        async def get(request: Request, key: Key, principal: Principal) -> Response:
            return await answers.get(request, principal, kind, key)

        self._add(
            "GET",
            f"get_{kind.name}",
            _typed(get, key=self.key, principal=self.reader),
            self.one,
            description=f"Show one {self.title}.",
            response_model=kind.read,
            responses=documents(NotFound),
        )

    def update(self) -> None:
        """PATCH one."""
        kind = self.kind

        async def update(
            request: Request, key: Key, body: RecordCreate, seen: Condition, principal: Principal
        ) -> Response:
            return await answers.correct(request, principal, kind, key, patch=body, seen=seen)

        conflicts = (PreconditionRequired, PreconditionFailed, LinkFixed)
        self._add(
            "PATCH",
            f"update_{kind.name}",
            _typed(update, key=self.key, body=kind.update, seen=Seen, principal=self.writer),
            self.one,
            description=f"Correct one {self.title}: a new version; its history keeps what it said before.",
            response_model=kind.read,
            responses=documents(NotFound, *conflicts, Invalid, *self.problems),
        )

    def history(self) -> None:
        """GET the history of one."""
        kind = self.kind

        async def history(request: Request, key: Key, principal: Principal, place: Steps) -> Response:
            return await answers.past(request, principal, kind, key, place)

        self._add(
            "GET",
            f"get_{kind.name}_history",
            _typed(history, key=self.key, principal=self.reader, place=Stepped),
            f"{self.one}/history",
            description=f"List who corrected which fields of one {self.title}, newest first.",
            response_model=HistoryPage,
            responses=documents(NotFound, Invalid),
        )

    def _add(self, method: str, name: str, endpoint: Endpoint, path: str = "", **declared: Any) -> None:  # noqa: ANN401 - as FastAPI takes it
        self.router.add_api_route(path, hot(endpoint), methods=[method], name=name, **declared)

    @staticmethod
    def _named(path: str) -> str:
        return path.replace("-", "_")


def _typed(endpoint: Endpoint, **types: object) -> Endpoint:
    """Give a handler's parameters the types of a kind, which its plan and the document are made from."""
    endpoint.__annotations__.update(types)
    return endpoint
