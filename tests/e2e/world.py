"""A small world to look at with other eyes: a customer with all that can be known of it, full of canaries."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as day_of
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e import messages

PHONE, MAIL, STREET, PASSPORT = "13811112222", "canary@guanxi.test", "Canary Street 7", "ID-CANARY-4711"
SUBJECT, BODY, NOTE, DATE = "Canary subject", "Canary body", "Canary note", "Canary anniversary"
CANARIES = (PHONE, MAIL, STREET, PASSPORT, SUBJECT, BODY, NOTE, DATE)
SEEN_WITHIN_S = 60.0
CAME = {"order_line": 1, "quantity": "2"}
AT = "2026-03-01T09:30:00Z"
Post = Callable[[str, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Names:
    """What requests call the records by: those of somebody, or of nobody."""

    external_id: str
    owner: str
    department: str
    phone: str
    ids: dict[str, str]  # of path parameters


def absent(like: Names) -> Names:
    """Return names of the same form that nobody has; of what no customer stands behind, the same ones."""
    known = {
        "field_id",
        "product_id",
        "exchange_rate_id",
        "shared_cost_id",
        "campaign_id",
        "scoring-runs_id",
        "backtests_id",
        "base-forecasts_id",
        "duplicate-runs_id",
        "retention_rule_id",
        "retention-runs_id",
        "imports_id",
        "upload_id",
        "code",
        "webhook-originals_id",
        "estimators_id",
        "client_id",
        "key_id",
    }
    external = f"A-{uuid4().hex[:12]}"
    ids = {name: value if name in known else str(uuid4()) for name, value in like.ids.items()}
    ids["identity"] = f"erp:{external}"
    return Names(external, f"a-{uuid4().hex[:6]}", f"a-{uuid4().hex[:6]}", "13799998888", ids)


def settled(world: Callable[[], bool]) -> None:
    """Wait until what was written is everywhere."""
    until = time.monotonic() + SEEN_WITHIN_S
    while not world():
        assert time.monotonic() < until, "the services did not follow"
        time.sleep(0.05)


def crowd(api: httpx.Client) -> None:
    """Add customers enough for estimators to be fitted."""
    luck = random.Random(7)  # noqa: S311 - purchases, not secrets
    keys = [{"system": "crowd", "id": str(number)} for number in range(60)]
    rows: list[dict[str, Any]] = [{"name": f"Crowd {key['id']}", "identities": [key]} for key in keys]
    days = [
        (key, day_of(2025, 1, 1) + timedelta(days=luck.randrange(500)))
        for key in keys * 4
        if luck.random() < 0.7
    ]
    orders = [
        {
            "customer": key,
            "placed_at": f"{day}T10:00:00Z",
            "currency": "CNY",
            "status": "confirmed",
            "source": {"system": "crowd", "id": f"{number}"},
            "lines": [{"quantity": "1", "amount": f"{luck.randrange(10, 90)}.00"}],
        }
        for number, (key, day) in enumerate(days)
    ]
    for path, items in (("customers", rows), ("orders", orders)):
        api.post(f"/v1/{path}/batch", json={"items": items}).raise_for_status()


def twins(api: httpx.Client, customer: dict[str, Any]) -> tuple[str, str]:
    """Write the customer down a second time, and look for duplicates; return the ids of pair and run."""
    again = {name: customer[name] for name in ("name", "owner", "department")}
    again["contact_points"] = [{"type": "phone", "value": PHONE}, {"type": "email", "value": MAIL}]
    api.post("/v1/customers", json=again).raise_for_status()
    run = api.post("/v1/duplicate-runs", json={}).raise_for_status().json()["id"]
    settled(lambda: api.get(f"/v1/duplicate-runs/{run}").json()["status"] == "done")
    found = api.get("/v1/duplicates", params={"customer": customer["id"]}).json()["items"]
    return found[0]["id"], run


def stranger(api: httpx.Client) -> str:
    """Let somebody unknown write; return the stranger's id."""
    unknown = {"system": "phone", "id": f"S-{uuid4().hex[:12]}"}
    body = {"customer": unknown, "channel": "sms", "occurred_at": "2026-03-01T09:30:00Z"}
    made = str(api.post("/v1/interactions", json=body).raise_for_status().json()["customer_id"])
    settled(lambda: api.get(f"/v1/inbox/{made}").status_code == 200)
    return made


def keep(api: httpx.Client, customer: str, channel: str) -> dict[str, str]:
    """Put the customer on hold; make a rule and a run that only counts, and return their names."""
    api.put(f"/v1/customers/{customer}/retention-hold", json={"reason": NOTE}).raise_for_status()
    rule = {"kind": "interaction", "channel": channel, "keep_days": 36_500, "action": "delete"}
    made = {
        "retention_rule_id": api.post("/v1/retention-rules", json=rule),
        "retention-runs_id": api.post("/v1/retention-runs", json={"dry_run": True}),
    }
    return {name: answer.raise_for_status().json()["id"] for name, answer in made.items()}


def after(post: Post, facts: dict[str, Any], source: dict[str, str], line: dict[str, Any]) -> dict[str, str]:
    """Record what follows an order, and what was spent on its customer; return the names of it all."""
    code, of = f"c-{uuid4().hex[:12]}", {**facts, "order": source}
    money = {"amount": "1.00", "currency": "CNY"}
    cost = {**money, "kind": "keep", "first_day": "2026-03-01"}
    bodies: dict[str, dict[str, Any]] = {
        "payments": {**of, **money, "paid_at": AT},
        "returns": {**of, "returned_at": AT, "currency": "CNY", "lines": [line]},
        "deliveries": {**of, "promised_on": "2026-03-05", "lines": [CAME]},
        "credit-notes": {**of, **money, "issued_at": AT},
        "costs": {**facts, **cost},
        "promises": {**facts, "what": NOTE, "made_at": AT, "due_at": AT},
        "publicity-claims": {"what": "Two days", "published_at": AT, "due_at": AT},
        "objections": {**facts, "raised_at": AT, "kind": "price", "said": NOTE},
        "shared-costs": {**cost, "among": "all", "basis": "equal"},
        "campaigns": {"code": code, "name": "Spring", "first_day": "2026-03-01"},
        "campaign-members": {**facts, "campaign": code, "at": AT},
    }
    named = {path: path.replace("-", "_").removesuffix("s") + "_id" for path in bodies}
    named["deliveries"] = "delivery_id"
    return {named[path]: post(f"/v1/{path}", body)["id"] for path, body in bodies.items()}


def make(api: httpx.Client) -> Names:
    """Create the customer, its history and its score; return their names."""

    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = api.post(path, json=body)
        assert answer.status_code in {201, 202}, f"{path}: {answer.text}"
        made: dict[str, Any] = answer.json()
        return made

    external, whom = f"F-{uuid4().hex[:12]}", {"system": "erp", "id": ""}
    whom["id"] = external
    owner, department = f"f-{uuid4().hex[:6]}", f"f-{uuid4().hex[:6]}"
    customer = post(
        "/v1/customers",
        {
            "name": "Foreign Person",
            "owner": owner,
            "department": department,
            "identities": [whom],
            "contact_points": [{"type": "phone", "value": PHONE}, {"type": "email", "value": MAIL}],
            "addresses": [{"lines": [STREET]}],
            "attributes": {"passport": PASSPORT},
            "tags": [f"t-{external}"],
        },
    )
    date = post(
        f"/v1/customers/{customer['id']}/important-dates",
        {"occasion": "other", "label": DATE, "month": 2, "day": 29},
    )
    twin = {"name": "Foreign Twin", "owner": owner, "department": department}
    whole, other = post("/v1/customers", twin), post("/v1/customers", twin)
    merge = post("/v1/merges", {"survivor": whole["id"], "duplicates": [other["id"]]})
    defined = post("/v1/custom-fields", {"code": f"f_{uuid4().hex}", "type": "text", "label": {"en": "F"}})
    friend = post("/v1/customers", {"name": "Foreign Friend", "owner": owner, "department": department})
    tie = {"from_customer": customer["id"], "to_customer": friend["id"]}
    relation = post("/v1/relations", {"type": "referral", **tie, "note": NOTE})
    group = post("/v1/groups", {"name": "Foreign Club", "owner": owner, "department": department})
    member = post(f"/v1/groups/{group['id']}/members", {"customer": friend["id"]})
    meeting = post(f"/v1/groups/{group['id']}/events", {"title": "Meeting", "held_on": "2026-01-31"})
    attended = f"/v1/group-events/{meeting['id']}/attendees/batch"
    came = api.post(attended, json={"items": [{"customer": friend["id"]}]}).raise_for_status().json()
    at = AT
    facts: dict[str, Any] = {"customer": whom, "attributes": {"note": NOTE}}
    contact = post(
        "/v1/interactions",
        {
            **facts,
            "channel": "phone",
            "direction": "inbound",
            "occurred_at": at,
            "subject": SUBJECT,
            "body": BODY,
        },
    )
    channel = post(
        "/v1/channels",
        {
            "code": f"c_{uuid4().hex}",
            "group": "web",
            "formal": False,
            "labels": dict.fromkeys(("en", "zh-Hans", "zh-Hant"), "C"),
        },
    )
    product = post("/v1/products", {"name": "Tea", "source": {"system": "erp", "id": f"P-{uuid4().hex}"}})
    line = {"product": product["id"], "quantity": "2", "amount": "29.33"}
    ordered = {"placed_at": at, "currency": "CNY", "status": "confirmed", "lines": [line]}
    source = {"system": "erp", "id": f"SO-{external}"}
    order = post("/v1/orders", {**facts, **ordered, "source": source})
    followed = after(post, facts, source, line)
    rings = {"call": whom, "type": "ringing", "occurred_at": at, "from": PHONE, "recording": NOTE}
    call = post("/v1/calls/events", {**rings, "customer": whom, "agent": owner, "attributes": {"note": NOTE}})
    put = api.put("/v1/exchange-rates/EUR/CNY/2026-01-31", json={"rate": "7.8", "quoted_by": "ECB"})
    rate = put.raise_for_status().json()
    pair, looked = twins(api, customer)
    program = post("/v1/api-clients", {"name": "throwaway", "scopes": ["customers:read"]})
    id_ = customer["id"]
    crowd(api)
    settled(lambda: api.get(f"/v1/scores/{id_}").status_code == 200)
    run = post("/v1/scoring-runs", {"as_of": "2026-06-01", "estimator": "mbg_nbd"})
    settled(lambda: api.get(f"/v1/scoring-runs/{run['id']}").json()["status"] == "done")
    estimator = api.get("/v1/estimators", params={"kind": "mbg_nbd"}).json()["items"][0]
    return Names(
        external,
        owner,
        department,
        PHONE,
        {
            "customer": id_,
            "contact_point_id": customer["contact_points"][0]["id"],
            "address_id": customer["addresses"][0]["id"],
            "date_id": date["id"],
            "merge_id": merge["id"],
            "twin": whole["id"],
            "field_id": defined["id"],
            "tag": f"t-{external}",
            "duplicate_id": pair,
            "duplicate-runs_id": looked,
            "relation_id": relation["id"],
            "friend_id": friend["id"],
            "group_id": group["id"],
            "membership_id": member["id"],
            "event_id": meeting["id"],
            "attendance_id": came["results"][0]["id"],
            "call_id": call["id"],
            "identity": f"erp:{external}",
            "interaction_id": contact["id"],
            "channel": channel["code"],
            "product_id": product["id"],
            "order_id": order["id"],
            "contact_target_id": post("/v1/contact-targets", {"customer": friend["id"], "days": 30})["id"],
            "stranger_id": stranger(api),
            **followed,
            **keep(api, id_, channel["code"]),
            "exchange_rate_id": rate["id"],
            "scoring-runs_id": run["id"],
            "backtests_id": post("/v1/backtests", {"until": "2026-06-01"})["id"],
            "base-forecasts_id": post("/v1/base-forecasts", {"weeks": 26})["id"],
            "estimators_id": estimator["id"],
            "client_id": program["id"],
            "key_id": program["keys"][0]["id"],
            **messages.send(api, MAIL, SUBJECT, BODY),
        },
    )
