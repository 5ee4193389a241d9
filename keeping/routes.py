"""Routes of one kept record: a line each to read, patch and delete it, and to see its history."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from feed.history import HistoryPage, Stepped
from keeping.keeper import Keeper
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import PreconditionFailed, PreconditionRequired, Problem, documents
from web.etag import Condition, Seen
from web.hot import hot
from web.once import Answer, once

Model = type[BaseModel]
Problems = Sequence[type[Problem]]
Endpoint = Callable[..., Awaitable[Response]]
Change = Callable[[Transaction, UUID, Mapping[str, Any], Condition], Awaitable[Answer]]
Remove = Callable[[Transaction, UUID, Condition], Awaitable[Answer]]


class KeptRoutes:
    """Adds the routes of one record to a router: a slice calls the method of each that it has.

    `path` ends with the id's parameter; `read` is what a record is shown as. Operations are called after the
    keeper's kind, as `get_<kind>`, and need `<scope>:read` or `<scope>:write`. `problems` are what its writes
    can meet beside the usual. A write that takes more than the keeper goes `by` an action of the slice.
    """

    def __init__(
        self, router: APIRouter, path: str, kept: Keeper, read: Model, *, scope: str, problems: Problems = ()
    ) -> None:
        self._router, self._path, self._kept, self._read = router, path, kept, read
        self._id = Path(alias=path[path.rindex("{") + 1 : -1])
        self._reader, self._writer = allow(f"{scope}:read"), allow(f"{scope}:write")
        self._reading = documents(kept.absent)
        self._writing = documents(kept.absent, *problems, PreconditionRequired, PreconditionFailed)

    def get(self, says: str) -> None:
        """GET the record, with its tag."""
        kept, reader = self._kept, self._reader

        async def get(request: Request, id_: UUID = self._id, principal: Principal = reader) -> Response:
            return await kept.read(request, principal, id_)

        self._add("GET", "get_{}", get, description=says, response_model=self._read, responses=self._reading)

    def patch(self, update: Model, says: str = "Apply a JSON merge patch.", by: Change | None = None) -> None:
        """PATCH the version that was seen."""
        change, writer = by or self._kept.change, self._writer

        async def patch(
            body: BaseModel, request: Request, seen: Seen, id_: UUID = self._id, principal: Principal = writer
        ) -> Response:
            given = body.model_dump(exclude_unset=True)
            return await once(request, principal, lambda tx: change(tx, id_, given, seen))

        patch.__annotations__["body"] = update
        self._add(
            "PATCH",
            "update_{}",
            patch,
            description=says,
            response_model=self._read,
            responses=self._writing,
        )

    def delete(self, says: str, by: Remove | None = None) -> None:
        """DELETE the version that was seen."""
        remove, writer = by or self._kept.remove, self._writer

        async def delete(
            request: Request, seen: Seen, id_: UUID = self._id, principal: Principal = writer
        ) -> Response:
            return await once(request, principal, lambda tx: remove(tx, id_, seen))

        self._add("DELETE", "delete_{}", delete, description=says, status_code=204, responses=self._writing)

    def history(self, says: str = "List who changed what, newest first.") -> None:
        """GET who changed which of its fields."""
        kept, reader = self._kept, self._reader

        async def history(
            request: Request, place: Stepped, id_: UUID = self._id, principal: Principal = reader
        ) -> Response:
            return await kept.past(request, principal, place, id_)

        self._add(
            "GET",
            "get_{}_history",
            history,
            "/history",
            description=says,
            response_model=HistoryPage,
            responses=self._reading,
        )

    def _add(self, method: str, name: str, endpoint: Endpoint, path: str = "", **said: Any) -> None:  # noqa: ANN401 - as FastAPI takes it
        name = name.format(self._kept.kind)
        self._router.add_api_route(self._path + path, hot(endpoint), methods=[method], name=name, **said)
