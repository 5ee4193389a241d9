"""Duplicates over HTTP: the queue, what is decided about a pair, settings, and runs over everything."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from jobs.routes import Kind, job_router
from keeping.routes import KeptRoutes
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import fetch, originals
from services.customer.customers.routes import CanRead, CanWrite, Referred
from services.customer.duplicates.checking import Checker, like
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.queries import DUPLICATES, LEARNT, PAGE, SETTINGS, SETTINGS_ID
from services.customer.duplicates.running import KIND, NOTHING
from services.customer.duplicates.schemas import (
    DuplicateCandidates,
    DuplicatePage,
    DuplicateRead,
    DuplicateRunCreate,
    DuplicateRunPage,
    DuplicateRunRead,
    DuplicateSettingsRead,
    DuplicateSettingsUpdate,
    DuplicateStatus,
)
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from web.app import answer, core
from web.etag import Condition, Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(prefix="/v1/duplicates", tags=["duplicates"])
customers_router = APIRouter(prefix="/v1/customers", tags=["duplicates"])
settings_router = APIRouter(prefix="/v1/duplicate-settings", tags=["duplicates"])
runs_router = job_router(
    JOBS,
    Kind(
        KIND,
        "/v1/duplicate-runs",
        "duplicate_run",
        DuplicateRunRead,
        DuplicateRunPage,
        allow("customers:read"),
        allow("customers:write"),
    ),
)


@router.get("", response_model=DuplicatePage, responses=documents(CustomerNotFound, Invalid))
@hot
async def list_duplicates(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    status: DuplicateStatus | None = None,
    cluster: UUID | None = None,
    customer: Referred | None = None,
    min_score: Annotated[float | None, Query(ge=-1000, le=1000, description="In bits.")] = None,
) -> Response:
    """List pairs of customers that may be one, the likeliest first."""
    pool = core(request).database.pool
    whose = None if customer is None else originals(await fetch(pool, principal, customer))
    chosen = {"status": status, "cluster": cluster, "customer": whose, "min_score": min_score}
    return await listed(
        request, place, ("score", "id"), lambda **given: PAGE.all(pool, principal, **given, **chosen)
    )


one = KeptRoutes(router, "/{duplicate_id}", DUPLICATES, DuplicateRead, scope="customers")
one.get("Read one pair.")
one.history("List who decided what about a pair, newest first.")


@router.post("/{duplicate_id}/dismiss", response_model=DuplicateRead, responses=documents(NotFound))
@hot
async def dismiss_duplicate(request: Request, duplicate_id: UUID, principal: CanWrite) -> Response:
    """Say that the two are never the same customer: no run and no check brings the pair up again."""
    return await _decide(request, principal, duplicate_id, DuplicateStatus.DISMISSED)


@router.post("/{duplicate_id}/reopen", response_model=DuplicateRead, responses=documents(NotFound))
@hot
async def reopen_duplicate(request: Request, duplicate_id: UUID, principal: CanWrite) -> Response:
    """Take back a dismissal."""
    return await _decide(request, principal, duplicate_id, DuplicateStatus.OPEN)


@customers_router.get(
    "/{customer}/duplicates", response_model=DuplicateCandidates, responses=documents(CustomerNotFound)
)
@hot
async def find_customer_duplicates(request: Request, customer: Referred, principal: CanRead) -> Response:
    """Look who may be the same as a customer, as all records are now; dismissed pairs are left out."""
    held = core(request)
    whose = await fetch(held.database.pool, principal, customer)
    scorer = await cast("Checker", request.app.state.checker).scorer(held.database.pool)
    return answer({"items": await like(held.database.pool, principal, scorer, whose)})


@settings_router.get("", response_model=DuplicateSettingsRead)
@hot
async def get_duplicate_settings(request: Request, principal: CanRead) -> Response:
    """Read the settings."""
    return await SETTINGS.read(request, principal, SETTINGS_ID)


@settings_router.put(
    "",
    response_model=DuplicateSettingsRead,
    responses=documents(PreconditionRequired, PreconditionFailed, Invalid),
)
@hot
async def put_duplicate_settings(
    body: DuplicateSettingsUpdate, request: Request, seen: Seen, principal: CanWrite
) -> Response:
    """Change the settings; a new `on_write` holds in every process within two seconds."""
    patch = body.model_dump(exclude_unset=True)

    async def act(tx: Transaction) -> Answer:
        run = patch.get("weights_from")
        if run is not None and await LEARNT.value(tx.connection, id=run) is None:
            detail = "No run with this id has learnt weights."
            raise Invalid(detail, errors=[{"pointer": "/weights_from", "code": "unknown", "detail": detail}])
        return await SETTINGS.change(tx, SETTINGS_ID, patch, seen)

    response = await once(request, principal, act)
    cast("Checker", request.app.state.checker).forget()
    return response


@runs_router.post("", status_code=202, response_model=DuplicateRunRead, responses=documents(Invalid))
@hot
async def create_duplicate_run(body: DuplicateRunCreate, request: Request, principal: CanWrite) -> Response:
    """Queue a look for duplicates over all customers; poll the Location, or watch its events."""

    async def act(tx: Transaction) -> Answer:
        job = await JOBS.ask(tx, KIND, body.model_dump(), NOTHING)
        row = await JOBS.sql.one.one(tx.connection, kind=KIND, job=job)
        if row is None:
            raise NotFound
        return Answer(row["data"], 202, row["version"], f"/v1/duplicate-runs/{job}")

    return await once(request, principal, act)


async def _decide(request: Request, principal: Principal, id_: UUID, status: DuplicateStatus) -> Response:
    async def act(tx: Transaction) -> Answer:
        row = await DUPLICATES.fetch(tx.connection, principal, id_)
        return await DUPLICATES.change(tx, id_, {"status": status}, Condition(row["version"]))

    return await once(request, principal, act)


ROUTERS = (router, customers_router, settings_router, runs_router)
