"""The two routes of a slice's settings, which are one kept record: reading it, and changing what was seen."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from keeping.keeper import Keeper
from shared.auth import Principal, allow
from shared.errors import Invalid, PreconditionFailed, PreconditionRequired, documents
from web.etag import Seen
from web.hot import hot
from web.once import once

Model = type[BaseModel]
_READER, _WRITER = allow("scores:read"), allow("scoring:run")
_WRITING = documents(PreconditionRequired, PreconditionFailed, Invalid)


def add_settings(
    router: APIRouter,
    path: str,
    kept: Keeper,
    id_: UUID,
    *,
    read: Model,
    update: Model,
    says: tuple[str, str],
) -> None:
    """Add GET and PUT of one record, called `get_<kind>` and `put_<kind>`, and what each `says` that it does.

    It is shown as `read`; of `update`, what is absent stays.
    """

    async def get(request: Request, principal: Principal = _READER) -> Response:
        return await kept.read(request, principal, id_)

    async def put(body: BaseModel, request: Request, seen: Seen, principal: Principal = _WRITER) -> Response:
        patch = body.model_dump(exclude_unset=True)
        return await once(request, principal, lambda tx: kept.change(tx, id_, patch, seen))

    put.__annotations__["body"] = update
    for method, endpoint, does, answers in (("GET", get, says[0], {}), ("PUT", put, says[1], _WRITING)):
        router.add_api_route(
            path,
            hot(endpoint),
            methods=[method],
            name=f"{method.lower()}_{kept.kind}",
            description=does,
            response_model=read,
            responses=answers,
        )
