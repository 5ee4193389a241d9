"""Facts in any order, some twice, from four writers, a service killed in between: as if in order and once."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.arrivals import crowd
from tests.e2e.arrivals.facts import expected, tell
from tests.e2e.arrivals.looking import Eyes
from tests.e2e.arrivals.losing import lost
from tests.e2e.arrivals.people import FIRM, Side, enter, fold, sides, whose
from tests.e2e.arrivals.recount import worth
from tests.e2e.arrivals.storm import KILLS, Storm, disordered, in_order, rows
from tests.e2e.arrivals.talking import sources
from tests.e2e.arrivals.telling import Fact, path_of
from tests.e2e.system import System

EVENTS = int(os.environ.get("GUANXI_ARRIVALS_EVENTS") or 1_000)
SEED = int(os.environ.get("GUANXI_ARRIVALS_SEED") or 1)
PEOPLE, EACH, LOOKED_AT = 50, 150, 1_000  # at the least; facts of one; orders whose balance is compared
SEEN_WITHIN_S = 120.0


@dataclass(frozen=True)
class Seen:
    """What is there of one side, and what should be by its facts alone."""

    side: Side
    facts: Sequence[Fact]
    sections: dict[str, Any]

    @property
    def timelines(self) -> dict[str, list[dict[str, Any]]]:
        """The timelines, by whose they are."""
        found: dict[str, list[dict[str, Any]]] = self.sections["timelines"]
        return found


@pytest.fixture(scope="module")
def both(system: System, tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, Seen]:
    """The same facts in order and as they arrive, and what is there of both when all has settled."""
    reference, trial = sides(SEED, max(PEOPLE, EVENTS // EACH), uuid4().hex[:6])
    told = [tell(side, SEED, EVENTS) for side in (reference, trial)]
    with system.client() as api:
        crowd.gather(api)
        for side in (reference, trial):
            prepare(api, side)
        began = time.monotonic()
        once = in_order(api, system, reference, told[0])
        ordered = time.monotonic()
        sent = disordered(rows(trial, told[1]), SEED)
        storm = Storm(system, tmp_path_factory.mktemp("arrivals"), sent)
        mixed = storm.run(lambda: meanwhile(api, trial))
        arrived = time.monotonic()
        assert storm.killed == [KILLS[share] for share in sorted(KILLS)]
        settle(api, trial)
        seen = [look(api, side, facts) for side, facts in zip((reference, trial), told, strict=True)]
    report(once, facts=len(told[0]), in_order_s=ordered - began)
    report(mixed, facts=len(sent), kills=len(storm.killed), seed=SEED, mixed_s=arrived - ordered)
    report({}, to_settle_and_look_s=time.monotonic() - arrived)
    return seen[0], seen[1]


def report(counts: Mapping[str, int], **figures: float) -> None:
    """Write what was measured, for docs/reliability.md (pytest -s shows it)."""
    told = {**{name: round(figure, 1) for name, figure in figures.items()}, **counts}
    sys.stdout.write(f"\n{', '.join(f'{name} {figure}' for name, figure in told.items())}\n")


def meanwhile(api: httpx.Client, side: Side) -> None:
    """Enter those who come late, and merge those who turn out to be somebody else."""
    enter(api, side, late=True)
    fold(api, side)


def prepare(api: httpx.Client, side: Side) -> None:
    """Make what has to be there before facts come."""
    now = api.get("/v1/mail/settings").raise_for_status()
    own = {"own": sorted({*now.json()["own"], f"@{FIRM}"})}
    api.put("/v1/mail/settings", json=own, headers={"If-Match": now.headers["etag"]}).raise_for_status()
    rate = {"rate": "7", "quoted_by": "arrivals"}
    api.put("/v1/exchange-rates/USD/CNY/2024-12-01", json=rate).raise_for_status()
    for source in sources(side.mark):
        api.post("/v1/webhook-sources", json=source).raise_for_status()
    target = {"customer_class": side.mark, "days": 30}
    api.post("/v1/contact-targets", json=target).raise_for_status()
    enter(api, side, late=False)


def settle(api: httpx.Client, side: Side) -> None:
    """Wait until what was written last has gone all the ways there are, then let everybody be scored."""
    name, phone = {"system": "erp", "id": f"{side.mark}-last"}, f"+86{side.phone(9_999)}"
    known = {"name": "Known", "contact_points": [{"type": "phone", "value": phone}]}
    api.post("/v1/customers", json=known).raise_for_status()
    bought = {"placed_at": "2025-01-01T00:00:00Z", "currency": "CNY", "lines": [{"amount": "1"}]}
    api.post("/v1/orders", json={"customer": name, **bought}).raise_for_status()
    api.post("/v1/interactions", json=stranger(phone)).raise_for_status()
    last = (
        api.post("/v1/customers", json={"name": "Last", "identities": [name]}).raise_for_status().json()["id"]
    )

    def scored() -> bool:
        answer = api.get(f"/v1/scores/{last}")
        return answer.status_code == 200 and answer.json()["purchase_days"] == 1

    wait(scored, "scores do not follow")
    newest = {"state": "attached", "limit": 5}
    wait(lambda: phone in api.get("/v1/inbox", params=newest).text, "the inbox does not follow")
    learning = {"fitted_on": {"identity_system": crowd.SYSTEM}}
    run = api.post("/v1/scoring-runs", json=learning).raise_for_status().json()["id"]
    wait(lambda: api.get(f"/v1/scoring-runs/{run}").json()["status"] == "done", "nobody is scored")


def stranger(phone: str) -> dict[str, Any]:
    """Return a message from nobody."""
    return {
        "customer": {"system": "phone", "id": phone},
        "channel": "sms",
        "occurred_at": "2025-01-01T00:00:00Z",
    }


def wait(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    until = time.monotonic() + SEEN_WITHIN_S
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def look(api: httpx.Client, side: Side, facts: Sequence[Fact]) -> Seen:
    """Read all that is there of a side."""
    eyes, customers = Eyes(api, side), sorted({path_of(whose(side, person).name) for person in side.people})
    subjects = sorted({*customers, *(fact.of for fact in facts)})
    orders = sorted({f"erp:{fact.body['source']['id']}" for fact in facts if fact.path == "orders"})
    step = max(1, len(orders) // LOOKED_AT)
    return Seen(
        side,
        facts,
        {
            "timelines": eyes.timelines(subjects),
            "relations": eyes.relations(subjects),
            "accounts": eyes.accounts(customers, orders[::step]),
            "inbox": eyes.inbox(),
            "lists": eyes.lists(),
            "scores": eyes.scores(),
        },
    )


@pytest.mark.parametrize("section", ["timelines", "relations", "accounts", "inbox", "lists", "scores"])
def test_what_arrives_in_any_order_is_what_happened(both: tuple[Seen, Seen], section: str) -> None:
    reference, trial = (seen.sections[section] for seen in both)
    assert reference
    assert trial == reference


def test_nothing_is_lost_and_nothing_is_there_twice(both: tuple[Seen, Seen]) -> None:
    """What the facts say by themselves: both sides could be wrong in the same way."""
    for seen in both:
        should = {seen.side.blank(of): counts for of, counts in expected(list(seen.facts)).items()}
        for of, timeline in seen.timelines.items():
            assert counted(timeline) == should.get(of, {}), of


def counted(timeline: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """Count a timeline by month and kind."""
    return Counter((item["occurred_at"][:7], item["kind"]) for item in timeline)


@pytest.mark.parametrize("table", ["interactions", "orders", "payments"])
def test_a_row_that_is_lost_is_noticed(both: tuple[Seen, Seen], system: System, table: str) -> None:
    """A planted fault: what shows that nothing differs and nothing is lost shows this."""
    reference, trial = both
    fact = next(each for each in trial.facts if each.path == table)
    of, should = trial.side.blank(fact.of), expected(list(trial.facts))[fact.of]
    with system.client() as api:
        with lost(system, table, fact.body["source"]):
            without = Eyes(api, trial.side).timelines([fact.of])[of]
        again = Eyes(api, trial.side).timelines([fact.of])[of]
    assert (without == reference.timelines[of], counted(without) == should) == (False, False)
    assert (again == reference.timelines[of], counted(again) == should) == (True, True)


def test_scores_are_those_of_a_recount(both: tuple[Seen, Seen]) -> None:
    for seen in both:
        scores = seen.sections["scores"]
        assert all(score["prediction"] is not None for score in scores.values()), "no fit, nothing compared"
        total, people = (
            Decimal(),
            [person for person in seen.side.people if whose(seen.side, person) == person],
        )
        for person in people:
            days, money = worth(seen.timelines[seen.side.blank(path_of(person.name))])
            score = scores.get(f"customer {person.number}")
            assert (score is None) == (days == 0), person
            if score is not None:
                assert (score["purchase_days"], score["realized"]["amount"]) == (
                    days,
                    pytest.approx(float(money), abs=0.006),
                )
                total += money
        assert sum(score["realized"]["amount"] for score in scores.values()) == pytest.approx(
            float(total), abs=0.01 * len(people)
        )
