"""Campaigns as a kind of record, known by their code."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.campaigns.models import Campaign
from services.interaction.campaigns.schemas import CampaignCreate, CampaignRead
from services.interaction.records.drafts import Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import record
from services.interaction.records.schemas import RecordCreate
from shared.errors import FieldError, Invalid
from shared.statements import json_object

SYSTEM = "campaign"
_CAMPAIGN = ("code", "name", "form", "first_day", "last_day", "filter", "note")


class NotACampaign(Invalid):
    """A campaign that ends before it begins."""

    code, title = "not_a_campaign", "This does not make a campaign"


class _Campaigns(Kind):
    """Gives every campaign the source key that its code makes."""

    def draft(self, row: RecordCreate, index: int = 0) -> Draft:
        """Return what a validated row wants."""
        draft = super().draft(row, index)
        if "code" in draft.values:
            draft.source = (SYSTEM, draft.values["code"])
        return draft


def rendering(t: Any, _: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model, or the columns of a CTE
    """Render a campaign."""
    plain = {name: getattr(t, name) for name in _CAMPAIGN}
    return json_object(id=t.id, version=t.version, **plain, **record(t))


def check(content: Mapping[str, Any]) -> None:
    """Raise NotACampaign for a campaign that ends before it begins."""
    if content["last_day"] is not None and content["last_day"] < content["first_day"]:
        detail = "A campaign ends on its first day or later."
        error: FieldError = {"pointer": "/last_day", "code": NotACampaign.code, "detail": detail}
        raise NotACampaign(detail, errors=[error])


CAMPAIGNS = _Campaigns(
    name="campaign",
    path="campaigns",
    model=Campaign,
    create=CampaignCreate,
    read=CampaignRead,
    rendering=rendering,
    check=check,
)
