"""Two records of one person, and ways to merge them."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create

Merge = Callable[..., Awaitable[httpx.Response]]
OURS = ("version", "updated_at")


def named(name: str) -> dict[str, str]:
    """An identity that nobody else has."""
    return {"system": "erp", "kind": "", "id": f"{name}-{uuid4().hex[:8]}"}


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what every write changes."""
    return {name: value for name, value in document.items() if name not in OURS}


@pytest.fixture
def merge(client: httpx.AsyncClient) -> Merge:
    """Return a function that merges: the survivor, the duplicates, and what else the request says."""

    async def merge(survivor: Any, *duplicates: Any, **more: Any) -> httpx.Response:
        whole = {"survivor": survivor, "duplicates": duplicates, **more}
        return await client.post("/v1/merges", json=whole)

    return merge


@pytest.fixture
async def pair(create: Create) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two records of one person, as an ERP and a shop know it."""
    one = await create(
        name="张伟",
        region="East",
        identities=[named("E")],
        contact_points=[{"type": "phone", "value": "138 0013 8000", "preferred": True}],
        tags=["vip"],
        attributes={"colour": "red", "size": 7},
    )
    other = await create(
        name="Zhang Wei",
        given_name="Wei",
        department="east",
        identities=[named("S")],
        contact_points=[
            {"type": "mobile", "value": "+86 13800138000"},
            {"type": "email", "value": "wei@zhang.cn", "preferred": True},
        ],
        addresses=[{"lines": ["南京东路 1 号"], "city": "上海"}],
        tags=["beta", "vip"],
        attributes={"colour": "blue", "shoe": 44},
    )
    return one, other
