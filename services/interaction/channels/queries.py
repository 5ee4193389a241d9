"""Channels as they are shown and kept."""

from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, func, select

from keeping.keeper import Keeper
from services.interaction.base import FEED
from services.interaction.channels.schemas import ChannelRead
from services.interaction.interactions.catalogue import DIRECTIONS, GROUPS, PURPOSES
from services.interaction.interactions.models import Channel
from shared.statements import Statement, json_object

FIXED = {
    "groups": [{"code": code, "labels": labels.as_json()} for code, labels in GROUPS.items()],
    "directions": [{"code": code, "labels": labels.as_json()} for code, labels in DIRECTIONS.items()],
    "purposes": [
        {"code": code, "formal": formal, "labels": labels.as_json()}
        for code, (formal, labels) in PURPOSES.items()
    ],
}


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a channel."""
    return json_object(**{name: getattr(t, name) for name in ChannelRead.model_fields})


CHANNELS = Keeper(FEED, "channel", Channel, rendering)
EVERY = Statement(CHANNELS.shown.order_by(Channel.id))
OWN = Statement(select(func.count()).where(Channel.deleted_at.is_(None), ~Channel.built_in))
NAMED = Statement(
    select(Channel.id).where(Channel.code == bindparam("code", type_=Text), Channel.deleted_at.is_(None))
)
LOCKED = Statement(
    select(Channel.id, Channel.built_in, Channel.used)
    .where(Channel.code == bindparam("code", type_=Text), Channel.deleted_at.is_(None))
    .with_for_update()
)
