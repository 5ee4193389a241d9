"""Rules and runs over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from jobs.routes import Kind, job_router
from keeping.routes import KeptRoutes
from services.interaction.base import JOBS
from services.interaction.holds.actions import RUN
from services.interaction.retention import rules
from services.interaction.retention.rules import LISTED, RULES, NotARetentionRule, RetentionRuleExists, judge
from services.interaction.retention.run_schemas import RetentionRunCreate, RetentionRunPage, RetentionRunRead
from services.interaction.retention.running import NOTHING
from services.interaction.retention.schemas import (
    RetentionRuleCreate,
    RetentionRulePage,
    RetentionRuleRead,
    RetentionRuleUpdate,
)
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Forbidden, Invalid, NotFound, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

CanRead = Annotated[Principal, allow("retention:read")]
CanWrite = Annotated[Principal, allow("retention:write")]
RUNS = "/v1/retention-runs"
router = APIRouter(prefix=rules.PATH, tags=["retention"])
runs_router = APIRouter(prefix=RUNS, tags=["retention"])
jobs_router = job_router(
    JOBS,
    Kind(
        RUN,
        RUNS,
        "retention_run",
        RetentionRunRead,
        RetentionRunPage,
        allow("retention:read"),
        allow("retention:write"),
    ),
)


@router.post(
    "",
    status_code=201,
    response_model=RetentionRuleRead,
    responses=documents(Forbidden, RetentionRuleExists, NotARetentionRule),
)
@hot
async def create_retention_rule(body: RetentionRuleCreate, request: Request, principal: CanWrite) -> Response:
    """Say how long records of a kind are kept, and what happens to them then."""
    given = body.model_dump()
    return await once(request, principal, lambda tx: rules.create(tx, given))


@router.get("", response_model=RetentionRulePage)
@hot
async def list_retention_rules(request: Request, principal: CanRead, place: Paged) -> Response:
    """List rules, the oldest first."""
    pool = core(request).database.pool
    return await listed(request, place, ("id",), lambda **given: LISTED.all(pool, principal, **given))


one = KeptRoutes(
    router, "/{retention_rule_id}", RULES, RetentionRuleRead, scope="retention", problems=[Forbidden, Invalid]
)
one.get("Show a rule.")
one.patch(
    RetentionRuleUpdate,
    "Apply a JSON merge patch; a run that is on its way goes on by the rule as it was.",
    by=rules.change,
)
one.delete("Delete a rule; a more general one holds from now on, if there is one.", by=rules.remove)
one.history()


@runs_router.post("", status_code=202, response_model=RetentionRunRead, responses=documents(Forbidden))
@hot
async def create_retention_run(body: RetentionRunCreate, request: Request, principal: CanWrite) -> Response:
    """Queue a run over everything; one begins by itself every day, as long as there are rules."""
    judge(principal)

    async def act(tx: Transaction) -> Answer:
        job = await JOBS.ask(tx, RUN, {"dry_run": body.dry_run}, NOTHING)
        row = await JOBS.sql.one.one(tx.connection, kind=RUN, job=job)
        if row is None:
            raise NotFound
        return Answer(row["data"], 202, row["version"], f"{RUNS}/{job}")

    return await once(request, principal, act)


ROUTERS = (router, runs_router, jobs_router)
