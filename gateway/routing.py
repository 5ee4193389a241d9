"""Where a path goes: a static table over the first segments behind /v1."""

from typing import NamedTuple
from urllib.parse import unquote_to_bytes

OWN = "gateway"
SERVICES = ("customer", "interaction", "scoring")
_TABLE = {
    b"customers": "customer",
    b"identities": "customer",
    b"contact-points": "customer",
    b"important-dates": "customer",
    b"merges": "customer",
    b"survivorship": "customer",
    b"duplicates": "customer",
    b"duplicate-runs": "customer",
    b"duplicate-settings": "customer",
    b"custom-fields": "customer",
    b"custom-field-settings": "customer",
    b"tags": "customer",
    b"relations": "customer",
    b"groups": "customer",
    b"memberships": "customer",
    b"group-events": "customer",
    b"group-attendances": "customer",
    b"relation-types": "customer",
    b"callers": OWN,
    b"calls": "interaction",
    b"contacts": "interaction",
    b"inbox": "interaction",
    b"balance": "interaction",
    b"contact-targets": "interaction",
    b"interactions": "interaction",
    b"orders": "interaction",
    b"products": "interaction",
    b"payments": "interaction",
    b"returns": "interaction",
    b"deliveries": "interaction",
    b"promises": "interaction",
    b"publicity-claims": "interaction",
    b"objections": "interaction",
    b"credit-notes": "interaction",
    b"exchange-rates": "interaction",
    b"costs": "interaction",
    b"campaigns": "interaction",
    b"campaign-members": "interaction",
    b"shared-costs": "interaction",
    b"channels": "interaction",
    b"mail": "interaction",
    b"threads": "interaction",
    b"webhook-sources": "interaction",
    b"webhook-originals": "interaction",
    b"webforms": "interaction",
    b"retention-rules": "interaction",
    b"retention-runs": "interaction",
    b"retention-holds": "interaction",
    b"scores": "scoring",
    b"tiers": "scoring",
    b"tier-migration": "scoring",
    b"tier-settings": "scoring",
    b"rfm": "scoring",
    b"contracts": "scoring",
    b"win-backs": "scoring",
    b"win-back-settings": "scoring",
    b"lifecycles": "scoring",
    b"lifecycle-flow": "scoring",
    b"lifecycle-settings": "scoring",
    b"commercial-value": "scoring",
    b"cohorts": "scoring",
    b"scoring-runs": "scoring",
    b"estimators": "scoring",
    b"scoring-status": "scoring",
    b"consumption-structure": "scoring",
    b"backtests": "scoring",
    b"base-forecasts": "scoring",
    b"scoring-settings": "scoring",
    b"changes": OWN,
    b"api-clients": OWN,
    b"me": OWN,
}
# what the gateway answers in place of a service, from what that service answers there
COMPOSED = ("/v1/calls/ringing", "/v1/calls/missed")
# what a customer has in other services: /v1/customers/{ref}/<segment>, and what is below
_OF_A_CUSTOMER = {
    b"timeline": "interaction",
    b"balance": "interaction",
    b"account": "interaction",
    b"retention-hold": "interaction",
    b"overview": OWN,
}
PUBLIC = frozenset(
    (
        "/livez",
        "/readyz",
        "/startupz",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/docs/page.js",
        "/docs/page.css",
    )
)


class Target(NamedTuple):
    """Whose a path is, and the name under which its requests are counted."""

    service: str
    label: str


_ONES = {segment: Target(service, f"/v1/{segment.decode()}") for segment, service in _TABLE.items()}
_BELOW = {segment: Target(one.service, one.label + "/*") for segment, one in _ONES.items()}
_OWN = {path.encode(): Target(OWN, path) for path in COMPOSED}
_PARTS = {
    segment: Target(service, f"/v1/customers/*/{segment.decode()}")
    for segment, service in _OF_A_CUSTOMER.items()
}


def route(raw_path: bytes) -> Target | None:
    """Return where a path goes as it came (percent-encoded), None for nobody's.

    A path that climbs ("..", also encoded) is nobody's; "%2F" inside a segment stays data of that segment.
    """
    parts = raw_path.split(b"/")
    if len(parts) < 3 or parts[0] or parts[1] != b"v1" or _climbs(raw_path, parts):
        return None
    if raw_path in _OWN:
        return _OWN[raw_path]
    if len(parts) == 3:
        return _ONES.get(parts[2])
    if len(parts) >= 5 and parts[2] == b"customers" and parts[4] in _PARTS:
        return _PARTS[parts[4]]
    return _BELOW.get(parts[2])


def streams(raw_path: bytes) -> bool:
    """Whether what is sent there is a stream: a body without end, which is written while it comes."""
    return raw_path.endswith(b"/stream")


def owner_of(template: str) -> str | None:
    """Return the service whose documented path `template` the gateway routes to it."""
    target = route(template.encode())
    return target and target.service


def _climbs(raw_path: bytes, parts: list[bytes]) -> bool:
    if b"." not in raw_path and b"%" not in raw_path:
        return False
    if b"%" in raw_path:
        parts = unquote_to_bytes(raw_path).replace(b"\\", b"/").split(b"/")
    return b".." in parts or b"." in parts
