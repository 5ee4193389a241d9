"""Streams of records in: each batch of lines is written as a batch is, in a transaction of its own."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.records import answers
from services.interaction.records.actions import Wanted, write
from services.interaction.records.drafts import Decision
from services.interaction.records.kinds import Kind
from services.interaction.records.rows import read
from services.interaction.records.schemas import BatchMode
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import Invalid
from streams.taking import take
from streams.turns import paced
from web.app import core
from web.once import settled

Mode = Annotated[BatchMode, Query(description="As that of a batch.")]


class NoSource(Invalid):
    """A row of a stream does not say what makes its repetition harmless."""

    code, title = "source_required", "A row of a stream needs its source key"
    says = "Name the record by `source`: then a stream that broke can simply be sent again."


async def load(
    request: Request, principal: Principal, kind: Kind, mode: BatchMode, *, dry_run: bool
) -> Response:
    """Record what the lines of a body say: the result of each, in order, and the counts."""

    async def written(items: Sequence[object]) -> Sequence[Mapping[str, Any]]:
        drafts = await paced(items, lambda some: read(kind, some))
        for draft in drafts:
            if draft.source is None and draft.problem is None:
                draft.problem = NoSource(
                    errors=[{"pointer": "/source", "code": "missing", "detail": NoSource.says}]
                )
        await kind.admit(core(request).database, drafts)
        wanted = Wanted(kind, drafts, await answers.people(request, principal, drafts), mode, dry_run)

        async def act(tx: Transaction) -> Decision:
            return await write(tx, wanted)

        return answers.results(await settled(core(request), principal, act))

    return await take(request, written)
