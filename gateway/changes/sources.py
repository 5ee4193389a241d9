"""Which service tells of which kind, and where a reader stands in each."""

from collections.abc import Iterable, Mapping

from shared.errors import FieldError, Gone, Invalid
from shared.pagination import Cursors

KINDS = {
    "customer": "customer",
    "important_date": "customer",
    "survivorship": "customer",
    "duplicate": "customer",
    "duplicate_settings": "customer",
    "custom_field": "customer",
    "custom_field_settings": "customer",
    "relation": "customer",
    "group": "customer",
    "membership": "customer",
    "group_event": "customer",
    "group_attendance": "customer",
    "interaction": "interaction",
    "channel": "interaction",
    "product": "interaction",
    "order": "interaction",
    "payment": "interaction",
    "return": "interaction",
    "call": "interaction",
    "delivery": "interaction",
    "promise": "interaction",
    "publicity_claim": "interaction",
    "objection": "interaction",
    "credit_note": "interaction",
    "exchange_rate": "interaction",
    "cost": "interaction",
    "campaign": "interaction",
    "campaign_member": "interaction",
    "shared_cost": "interaction",
    "cost_allocation": "interaction",
    "identity": "interaction",
    "contact_target": "interaction",
    "mail_settings": "interaction",
    "webhook_source": "interaction",
    "retention_rule": "interaction",
    "retention_hold": "interaction",
    "score": "scoring",
    "lifecycle": "scoring",
    "lifecycle_settings": "scoring",
    "win_back_settings": "scoring",
    "tier_settings": "scoring",
    "estimator": "scoring",
    "scoring_settings": "scoring",
}
SOURCES = ("customer", "interaction", "scoring")
PATH = "/v1/changes"
SNAPSHOT = PATH + "/snapshot"
Standing = dict[
    str, str
]  # by source, the cursor that it gave; a source that is absent is read from its floor


class Expired(Gone):
    """A source cannot go on from where this cursor stands in it."""

    code, title = "cursor_expired", "This cursor cannot be followed: begin with the snapshot"

    def __init__(self, source: str) -> None:
        kinds = ",".join(kind for kind, service in KINDS.items() if service == source)
        link = f"{SNAPSHOT}?kind={kinds}"
        super().__init__(
            f"The feed of {source} was restored or pruned, or your rights have changed, since this cursor.",
            headers={"Link": f'<{link}>; rel="snapshot"'},
            source=source,
            snapshot=link,
        )


def by_source(names: str | None, parameter: str) -> dict[str, str | None]:
    """Return for each source that is asked what it is asked for; None is everything.

    `names` are kinds or types ("order", "order.updated") with commas between; Invalid names unknown ones.
    """
    if names is None:
        return dict.fromkeys(SOURCES)
    wanted: dict[str, list[str]] = {}
    for name in names.split(","):
        source = KINDS.get(name.partition(".")[0].strip())
        if source is None:
            detail = f"There is no such kind; kinds are {', '.join(KINDS)}."
            wrong: FieldError = {"parameter": parameter, "code": "unknown_kind", "detail": detail}
            raise Invalid(errors=[wrong])
        wanted.setdefault(source, []).append(name.strip())
    return {source: ",".join(wanted[source]) for source in SOURCES if source in wanted}


def read(cursors: Cursors, after: str | None) -> tuple[Standing, int]:
    """Return where a reader stands, and whose turn it is to be asked first.

    Several cursors with commas between add up, the later ones winning: so the cursor of one source's
    snapshot mends a cursor that has expired in this source.
    """
    standing: Standing = {}
    turn = 0
    for cursor in after.split(",") if after else ():
        turn, *pairs = cursors.decode(cursor, PATH, parameter="after")
        standing |= dict(_paired(pairs))
    return standing, turn


def write(cursors: Cursors, standing: Mapping[str, str], turn: int = 0) -> str:
    """Return the cursor."""
    return cursors.encode([turn, *(part for pair in standing.items() for part in pair)], PATH)


def _paired(flat: list[str]) -> Iterable[tuple[str, str]]:
    return zip(flat[::2], flat[1::2], strict=True)
