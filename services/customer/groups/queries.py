"""Groups as they are shown and kept."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, Uuid, bindparam

from keeping.keeper import Keeper
from services.customer.base import FEED
from services.customer.groups.models import Group
from services.customer.groups.problems import GroupNotFound
from services.customer.groups.schemas import GroupRead
from shared.statements import json_object, visible


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a group."""
    return json_object(**{name: getattr(t, name) for name in GroupRead.model_fields})


def owner(t: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:  # noqa: ANN401 - as above
    """Return the owner and department of a group."""
    return t.owner, t.department


GROUPS = Keeper(FEED, "group", Group, rendering, owner=owner, absent=GroupNotFound)
LISTED = visible(
    GROUPS.shown.order_by(Group.id).limit(bindparam("limit", type_=Integer)),
    Group,
    {
        "last_id": Group.id > bindparam("last_id", type_=Uuid),
        "kind": Group.kind == bindparam("kind", type_=Text),
        "owner": Group.owner == bindparam("owner", type_=Text),
        "department": Group.department == bindparam("department", type_=Text),
    },
)
