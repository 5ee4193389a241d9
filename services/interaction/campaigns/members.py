"""The members of audiences as a kind of record."""

from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.campaigns.models import CampaignMember
from services.interaction.campaigns.schemas import CampaignMemberCreate, CampaignMemberRead
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact
from shared.statements import json_object


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a member of an audience."""
    return json_object(
        id=t.id,
        version=t.version,
        campaign=t.campaign,
        at=t.occurred_at,
        status=t.status,
        note=t.note,
        **fact(t, who),
    )


MEMBERS = Kind(
    name="campaign_member",
    path="campaign-members",
    model=CampaignMember,
    create=CampaignMemberCreate,
    read=CampaignMemberRead,
    rendering=rendering,
    time="at",
)
