"""Sources of webhooks as they are shown and kept, their secrets, and payloads."""

import hashlib
import zlib
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ColumnElement, Integer, LargeBinary, Text, Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from keeping.keeper import Keeper
from services.interaction.base import FEED
from services.interaction.webhooks.models import WebhookOriginal, WebhookSecret, WebhookSource
from shared.database import Transaction
from shared.errors import NotFound
from shared.ids import uuid7
from shared.statements import Runner, Statement, json_object, visible

_FIELDS = ("id", "version", "code", "name", "channel", "system", "mapping", "signature")
_TIMES = ("created_at", "updated_at")


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a source."""
    signed = select(WebhookSecret.source_id).where(WebhookSecret.source_id == t.id).exists()
    return json_object(**{name: getattr(t, name) for name in (*_FIELDS, *_TIMES)}, signed=signed)


SOURCES = Keeper(FEED, "webhook_source", WebhookSource, rendering)
PAGE = visible(
    SOURCES.shown.order_by(WebhookSource.id.desc()).limit(bindparam("limit", type_=Integer)),
    WebhookSource,
    {"last_id": WebhookSource.id < bindparam("last_id", type_=Uuid)},
)
_ONE = Statement(
    select(
        WebhookSource.id,
        WebhookSource.code,
        WebhookSource.channel,
        WebhookSource.system,
        WebhookSource.mapping,
        WebhookSource.signature,
        WebhookSecret.secret,
    )
    .outerjoin(WebhookSecret, WebhookSecret.source_id == WebhookSource.id)
    .where(WebhookSource.code == bindparam("code", type_=Text), WebhookSource.deleted_at.is_(None)),
    clear="the secret is compared, and shown to nobody",
)
_given = {c.name: bindparam(c.name, type_=c.type) for c in WebhookSecret.__table__.columns}
KEEP_SECRET = Statement(
    insert(WebhookSecret)
    .values(_given)
    .on_conflict_do_update(index_elements=[WebhookSecret.source_id], set_={"secret": _given["secret"]})
)
_KEEP = Statement(
    insert(WebhookOriginal)
    .values({c.name: bindparam(c.name, type_=c.type) for c in WebhookOriginal.__table__.columns})
    .on_conflict_do_nothing(index_elements=[WebhookOriginal.source_id, WebhookOriginal.sha256])
    .returning(WebhookOriginal.id)
)
_KEPT = Statement(
    select(WebhookOriginal.id).where(
        WebhookOriginal.source_id == bindparam("source_id", type_=Uuid),
        WebhookOriginal.sha256 == bindparam("sha256", type_=LargeBinary),
    )
)
ORIGINAL = Statement(
    select(WebhookOriginal.content, WebhookOriginal.media_type).where(
        WebhookOriginal.id == bindparam("id", type_=Uuid)
    ),
    clear="its route refuses who may not read personal data",
)


async def source_of(on: Runner, code: str) -> Record:
    """Return the source of a code; NotFound if there is none."""
    row = await _ONE.one(on, code=code)
    if row is None:
        raise NotFound
    return row


async def keep(tx: Transaction, source: UUID, body: bytes, media_type: str) -> UUID:
    """Keep a payload as it came; return its id, or that under which it is kept already."""
    given = {"source_id": source, "sha256": hashlib.sha256(body).digest()}
    about = {"media_type": media_type[:100], "size": len(body), "created_at": tx.at}
    content = zlib.compress(body)
    made = await _KEEP.value(tx.connection, id=uuid7(), content=content, **given, **about)
    kept: UUID = made or await _KEPT.value(tx.connection, **given)
    return kept
