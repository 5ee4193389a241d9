"""GET /v1/customers/{ref}/overview: three questions at once, and whatever came within the budget."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from gateway.link import UpstreamError
from gateway.services import Services
from gateway.upstream import Answer
from shared.auth import allow
from shared.errors import MEDIA_TYPE, NotFound, Unavailable, documents
from shared.schemas import Read
from web.app import answer
from web.hot import hot

BUDGET_S = 0.7  # for each part; the whole answers within a second, also where all cores are taken
RECENT = 20
router = APIRouter(prefix="/v1/customers", tags=["customers"])
Ref = Annotated[str, Path(max_length=300, description="a customer's id, or `<system>:<id>`")]
Asked = asyncio.Task[Answer | None]
OWN_TO_THE_CUSTOMER = (403, 404)


class OverviewRead(Read):
    """A customer with the latest of its timeline and its score; parts that did not come are in `missing`."""

    customer: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "CustomerRead"})
    timeline: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "TimelinePage"})
    score: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "ScoreRead"})
    partial: bool
    missing: list[str]


@router.get(
    "/{customer}/overview",
    response_model=OverviewRead,
    dependencies=[allow("customers:read")],
    responses=documents(NotFound),
)
@hot
async def get_customer_overview(request: Request, customer: Ref) -> Response:
    """Read a customer with its recent timeline and its score; parts that are down or not yours are null."""
    services: Services = request.app.state.services
    ref = quote(customer, safe="")
    tasks = {
        "customer": _ask(services.ask(request, "customer", f"/v1/customers/{ref}", BUDGET_S)),
        "timeline": _ask(
            services.ask(request, "interaction", f"/v1/customers/{ref}/timeline?limit={RECENT}", BUDGET_S)
        ),
        "score": _ask(services.ask(request, "scoring", f"/v1/scores/{ref}", BUDGET_S)),
    }
    try:
        first = await tasks["customer"]
        if first is not None and first.status in OWN_TO_THE_CUSTOMER:
            return Response(first.body, first.status, media_type=MEDIA_TYPE)
        return answer(_compose({name: await task for name, task in tasks.items()}))
    finally:
        for task in tasks.values():
            task.cancel()


def _ask(question: Coroutine[Any, Any, Answer]) -> Asked:
    async def asked() -> Answer | None:
        try:
            return await question
        except UpstreamError:
            return None

    return asyncio.create_task(asked())


def _compose(came: dict[str, Answer | None]) -> dict[str, object]:
    """Put the parts together; a customer without events or score lacks nothing."""
    parts: dict[str, object] = {}
    missing = []
    for name, part in came.items():
        if part is not None and part.status == 200:
            parts[name] = orjson.Fragment(part.body)
        elif part is not None and part.status == 404:
            parts[name] = {"items": [], "next": None} if name == "timeline" else None
        else:
            parts[name] = None
            missing.append(name)
    if "customer" in missing and not any(part and part.status == 200 for part in came.values()):
        raise Unavailable("Customers cannot be read, try again.", headers={"Retry-After": "1"})
    return {**parts, "partial": bool(missing), "missing": missing}
