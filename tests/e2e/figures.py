"""What a demo leaves behind, read through the public API: it has to be the same however it came about."""

import csv
from decimal import Decimal
from typing import Any

import httpx

from tests.e2e.system import ROOT

PURCHASES = ROOT / "examples" / "cdnow" / "purchases.csv"


def walk(api: httpx.Client, path: str, **filters: str) -> list[dict[str, Any]]:
    """Return every item of a list."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = api.get(path, params={"limit": 1000, **filters, **more}).raise_for_status().json()
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


def purchases() -> list[dict[str, str]]:
    """Return the rows of the example data."""
    with PURCHASES.open(newline="") as file:
        return list(csv.DictReader(file))


def figures(api: httpx.Client) -> dict[str, Any]:
    """Return everything that a repeated or disturbed demo may not change; ids and times are left out."""
    customers = walk(api, "/v1/customers")
    orders = walk(api, "/v1/orders")
    scores = walk(api, "/v1/scores")
    names = {customer["id"]: customer["identities"][0]["id"] for customer in customers}
    amounts = [Decimal(line["amount"]) for order in orders for line in order["lines"]]
    return {
        "customers": sorted(names.values()),
        "orders": sorted(order["source"]["id"] for order in orders),
        "money": str(sum(amounts, Decimal())),
        "tiers": api.get("/v1/tiers").raise_for_status().json()["items"],
        "values": [
            (
                score["rank"],
                names[score["customer_id"]],
                score["prediction"],
                score["parts"],
                score["realized"],
            )
            for score in scores
        ],
    }
