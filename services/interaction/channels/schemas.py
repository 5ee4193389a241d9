"""What callers send and get about channels."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.interaction.interactions.catalogue import ChannelGroup, Direction, Purpose
from services.interaction.interactions.schemas import ChannelCode
from shared.schemas import Body, Flag, Instant, Read, Text, example
from web.bodies import kept

LABELS: dict[str, Any] = {"en": "Live stream", "zh-Hans": "直播", "zh-Hant": "直播"}
EXAMPLE: dict[str, Any] = {"code": "live_stream", "group": "web", "formal": False, "labels": LABELS}


class ChannelLabels(Body):
    """A name in English, simplified and traditional Chinese."""

    model_config = example(**LABELS)

    en: Text
    zh_hans: Text = Field(alias="zh-Hans")
    zh_hant: Text = Field(alias="zh-Hant")


class ChannelLabelsUpdate(Body):
    """A merge patch of a name: what is absent stays."""

    model_config = example(en="Live stream")

    en: Text = kept()
    zh_hans: Annotated[Text, Field(alias="zh-Hans")] = kept()
    zh_hant: Annotated[Text, Field(alias="zh-Hant")] = kept()


class ChannelCreate(Body):
    """A channel of your own."""

    model_config = example(**EXAMPLE)

    code: ChannelCode
    group: ChannelGroup
    labels: ChannelLabels
    formal: Flag


class ChannelUpdate(Body):
    """A merge patch; of a built-in channel only `retired_at` can be set."""

    model_config = example(retired_at="2026-07-01T00:00:00Z")

    group: ChannelGroup = kept()
    labels: ChannelLabelsUpdate = kept()
    formal: Flag = kept()
    retired_at: Instant | None = None


class LabelsRead(Read):
    """A name in English, simplified and traditional Chinese."""

    en: str
    zh_hans: str = Field(alias="zh-Hans")
    zh_hant: str = Field(alias="zh-Hant")


class ChannelRead(Read):
    """A channel; `formal` counts where a contact states no purpose, `used` says that contacts may name it."""

    id: UUID
    version: int
    code: str
    group: ChannelGroup
    labels: LabelsRead
    formal: bool
    built_in: bool
    used: bool
    retired_at: Instant | None
    created_at: Instant
    updated_at: Instant


class ChannelGroupRead(Read):
    """A group of channels."""

    code: ChannelGroup
    labels: LabelsRead


class DirectionRead(Read):
    """Who addressed whom."""

    code: Direction
    labels: LabelsRead


class PurposeRead(Read):
    """A purpose, and whether it is formal business."""

    code: Purpose
    formal: bool
    labels: LabelsRead


class ChannelCatalogue(Read):
    """Everything that an interaction may be called."""

    items: Annotated[list[ChannelRead], Field(description="The built-in channels first, then your own.")]
    groups: list[ChannelGroupRead]
    directions: list[DirectionRead]
    purposes: list[PurposeRead]
