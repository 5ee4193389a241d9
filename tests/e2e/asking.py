"""Requests for every operation of the document, about records that somebody else may see or nobody has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json import dumps
from typing import Any
from uuid import uuid4

from tests.e2e.samples import NDJSON, Document, body_schema, operations, sample
from tests.e2e.world import Names

OURS = frozenset(("version", "created_at", "updated_at", "if_version", "masked", "normalized", "cursor"))
NEW = frozenset(("source", "identities", "code"))  # names of new records: taken ones are refused to anybody
PERSONAL = frozenset(("contact_points", "addresses", "attributes", "subject", "body")).union(
    ("participants", "attachments", "from", "to", "recording"),
    ("label", "year", "month", "day", "leap_month", "title", "note"),
)
OF_NOBODY = (
    "/duplicate-runs",
    "/duplicate-settings",
    "/custom-field",
    "/products",
    "/scoring-runs",
    "/backtests",
    "/base-forecasts",
    "/scoring-settings",
    "/exchange-rates",
    "/shared-costs",
    "/publicity-claims",
    "/campaigns",
    "/estimators",
    "/scoring-status",
    "/lifecycle-settings",
    "/win-back-settings",
    "/tier-settings",
    "/survivorship",
    "/mail/settings",
    "/webhook-",
    "/webforms",
    "/mail/imports",
    "/mail/uploads",
    "/channels",
    "/retention-rules",
    "/retention-runs",
)
OUTER = ("/v1/group-events/", "/v1/groups/", "/v1/customers/")  # what others are inside of
OF_SOME_TYPES = frozenset(("title", "department", "role", "share"))  # of relations: no type has all of them
OF_RESOURCE = {"customers": "customer", "interactions": "interaction_id", "products": "product_id"} | {
    f"{word}s": f"{word}_id" for word in ("order", "payment", "return")
}
OF_RESOURCE |= {
    "deliveries": "delivery_id",
    "credit-notes": "credit_note_id",
    "exchange-rates": "exchange_rate_id",
    "costs": "cost_id",
    "promises": "promise_id",
    "publicity-claims": "publicity_claim_id",
    "objections": "objection_id",
    "campaigns": "campaign_id",
    "campaign-members": "campaign_member_id",
    "shared-costs": "shared_cost_id",
}
WINDOW = {"since": "2026-03-01", "until": "2026-03-31"}  # where one has to be named
ORDER = ("get", "patch", "put", "post", "delete")
FIXED = {"base": "EUR", "quoted": "CNY", "day": "2026-01-31", "number": "1"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    operation: str
    method: str
    url: str
    params: dict[str, str] = field(default_factory=dict)
    json: Any = None

    def body(self) -> dict[str, Any]:
        """Return what httpx sends: a JSON body or, to a stream, lines of which it is one."""
        if self.method != "post" or not self.url.endswith("/stream"):
            return {"json": self.json, "headers": {}}
        return {"content": dumps(self.json) + "\n", "headers": {"Content-Type": NDJSON}}


def everything(document: Document, names: Names) -> list[Asked]:
    """Return a request for every operation and, of lists, one for each filter; removals come last."""
    found = [
        asked
        for method, path, operation in operations(document)
        for asked in _of(document, (method, path, operation), names)
    ]
    return sorted(found, key=_turn)


def without_personal(asked: Asked) -> Any:
    """Return the body without what a masked principal may not write."""
    return _pruned(asked.json, PERSONAL)


def _turn(asked: Asked) -> tuple[int, int, int]:
    """Read first; then what is inside before what is around it; remove whole records last."""
    depth = asked.url.count("/")
    whole = asked.method == "delete" and depth < 5
    outer = next((at for at, start in enumerate(OUTER, 1) if asked.url.startswith(start)), 0)
    group = 0 if asked.method == "get" else 1 + whole * (1 + outer)
    return group, -depth, ORDER.index(asked.method)


def _of(document: Document, of: tuple[str, str, Document], names: Names) -> Iterator[Asked]:
    method, path, operation = of
    label = f"{method.upper()} {path}"
    url = re.sub(r"\{(\w+)\}", lambda found: _of_path(path, found[1], names), path)
    schema = body_schema(document, operation)
    json = None if schema is None else _named(_pruned(sample(document, schema), OURS), names)
    if path.startswith("/v1/relations"):
        json = json and {**_pruned(json, OF_SOME_TYPES), **({"type": "referral"} if "type" in json else {})}
    if label == "POST /v1/contact-targets":  # not for many: there may be one already
        json = {"customer": names.ids["customer"], "days": 30}
    if path == "/v1/contact-points/resolve":
        json["items"] = [{"type": "phone", "value": names.phone}]
    if path == "/v1/retention-rules" and json:  # one for the same records is refused to anybody
        json = {**_pruned(json, frozenset(("channel_group",))), "channel": names.ids["channel"]}
    if path == "/v1/calls/events/batch":
        json["items"] = [{**json["items"][0], "event_id": "another"}]
    elif path.endswith("/batch") and path.count("/") == 3:
        json["items"] = _rows(json["items"][0], names.ids[OF_RESOURCE[path.split("/")[2]]])
    elif path.endswith("/batch"):  # of who is in already: others are let in one by one
        json["items"] = [{"customer": names.ids["friend_id"]}]
    queries = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    known = {each["name"]: _asked_for(path, each["name"], names) for each in queries if method == "get"}
    needed = {
        each["name"]: known[each["name"]] or WINDOW.get(each["name"], "")
        for each in queries
        if each["required"]
    }
    yield Asked(label, method, url, needed, json=json)
    for name in known.keys() - needed.keys():
        if value := known[name]:
            yield Asked(f"{label}?{name}", method, url, {**needed, name: value})


def _of_path(path: str, parameter: str, names: Names) -> str:
    if parameter == "id":
        parameter = f"{path.partition('/{')[0].rpartition('/')[2]}_id"
    return {**FIXED, **names.ids}[parameter]


def _rows(row: dict[str, Any], id_: str) -> list[dict[str, Any]]:
    """Return a row that changes a record, and one that makes one."""
    new = {name: value for name, value in row.items() if name != "id"}
    return [{name: value for name, value in new.items() if name not in NEW} | {"id": id_}, new]


def _asked_for(path: str, parameter: str, names: Names) -> str | None:
    if parameter == "kind":
        return "customer" if "snapshot" in path else None
    values = {
        "owner": names.owner,
        "department": names.department,
        "phone": names.phone,
        "number": names.phone,
        "customer": f"erp:{names.external_id}",
        "ids": names.ids["customer"],
        "customers": names.ids["customer"],
    }
    return values.get(parameter) or names.ids.get(parameter)


def _named(value: Any, names: Names, key: str = "") -> Any:
    """Let a sample speak of the named records; its own new records have names that nobody has."""
    if key == "filter":
        return {"field": "id", "op": "eq", "value": names.ids["customer"]}
    if isinstance(value, list):
        return [_named(each, names, key) for each in value]
    known = {"as_of": "2026-06-01", "expires_at": _later(), "customer": names.ids["customer"]}
    known |= {"ids": names.ids["customer"], "code": f"n_{uuid4().hex}", "weights_from": None}
    known |= {name: names.ids[f"{name}_id"] for name in ("order", "product")}
    known |= {"upload": names.ids["upload_id"]}
    known |= {"for_return": names.ids["return_id"], "replaced_by": None}
    known |= {"survivor": names.ids["customer"], "duplicates": names.ids["twin"]}
    known |= {"from_customer": names.ids["friend_id"], "to_customer": names.ids["customer"]}
    if key in known:
        return known[key]
    if not isinstance(value, dict):
        return value
    if value.keys() >= {"system", "id"}:
        return {**value, "system": "erp", "id": f"N-{uuid4().hex[:12]}" if key in NEW else names.external_id}
    members = {name: each for name, each in value.items() if name != "id"}  # of lists inside: new ones
    return {name: _named(each, names, name) for name, each in members.items()}


def _pruned(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_pruned(each, names) for each in value]
    if isinstance(value, dict):
        return {key: _pruned(each, names) for key, each in value.items() if key not in names}
    return value


def _later() -> str:
    return datetime.now(UTC).replace(year=2099).isoformat()


def changes_who_asks(asked: Asked) -> bool:
    """Whether a request is about API clients: those are nobody's customers."""
    return "/api-clients" in asked.url


def of_customers(asked: Asked) -> bool:
    """Whether what a request is about belongs to customers."""
    return not asked.url.removeprefix("/v1").startswith(OF_NOBODY)
