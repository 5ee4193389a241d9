"""Threads over HTTP."""

import re
from typing import Annotated
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter, Path, Request, Response

from services.interaction.mail.queries import OF_THREAD
from services.interaction.mail.routes import CanRead
from services.interaction.mail.schemas import ThreadPage
from shared.errors import Invalid, NotFound, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/threads", tags=["mail"])
ThreadId = Annotated[str, Path(min_length=1, max_length=200)]
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@router.get("/{thread_id}", response_model=ThreadPage, responses=documents(NotFound, Invalid))
@hot
async def get_thread(request: Request, thread_id: ThreadId, principal: CanRead, place: Paged) -> Response:
    """List the contacts of a thread, oldest first; a thread of mails that joined an older one leads there."""
    pool = core(request).database.pool
    id_ = UUID(thread_id) if UUID_FORM.fullmatch(thread_id) else None

    async def ask(**given: object) -> list[Record]:
        rows = await OF_THREAD.all(pool, principal, thread=thread_id, id=id_, **given)
        if not rows and place.cursor is None:
            raise NotFound
        return rows

    return await listed(request, place, ("occurred_at", "id"), ask)
