"""Commercial value is what a count in plain Python says, for each customer and for groups of them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Received
from services.scoring.commercial.parts import OF_SERVING, PAID, PARTS
from services.scoring.commercial.schemas import CommercialValue, ValueGroups
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, customer, id_of, order, rate
from tests.services.scoring.charts.rendering import drawn
from tests.services.scoring.costs.spending import Interaction, campaign, cost, fetched, weighed
from tests.support.running import Running

WINDOW = {"since": "2026-03-01", "until": "2026-03-31"}
CAMPAIGNS = ("spring", "autumn", None)
REGIONS, OWNERS = ("East", "West", None), ("u-1", "u-2", None)


@dataclass
class Firm:
    """Customers with orders, returns and costs by chance, and what they come to: the oracle."""

    chance: random.Random
    people: list[str] = field(default_factory=lambda: [f"person {number}" for number in range(9)])
    told: list[Received] = field(default_factory=list)
    interaction: Interaction = field(default_factory=Interaction)
    parts: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    of_campaigns: dict[str | None, dict[str, Decimal]] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def of(self, who: str) -> dict[str, Any]:
        at = self.people.index(who)
        return {"owner": OWNERS[at % 3], "region": REGIONS[at // 3], "department": f"d{at % 2}"}

    def add(self, who: str, code: str | None, **amounts: Decimal) -> None:
        sums = self.of_campaigns.setdefault(code, dict.fromkeys(PARTS, Decimal()))
        for name, amount in amounts.items():
            self.parts[who][name] += amount
            sums[name] += amount

    def live(self) -> None:
        self.told += [campaign(code) for code in CAMPAIGNS if code]
        self.parts = {who: dict.fromkeys(PARTS, Decimal()) for who in self.people}
        for number in range(60):
            self._buy(number, self.chance.choice(self.people[:-1]))
        for number, kind in enumerate((*PAID, *PAID)):
            self._pay(number, kind)
        for number, kind in enumerate(PAID):
            self._share(number, kind)

    def _buy(self, number: int, who: str) -> None:
        day = f"2026-{self.chance.choice(['01', '02', '03', '04'])}-{self.chance.randint(1, 28):02}"
        amount, goods = Decimal(self.chance.randint(100, 99999)) / 100, Decimal(self.chance.randint(1, 99))
        self.told.append(order(f"O{number}", who, day, str(amount), currency="CNY", cost=str(goods)))
        self.first[who] = min(self.first.get(who, day), day)
        back = Decimal(self.chance.randint(0, 2))
        if back:
            data = {
                "customer_id": str(id_of(who)),
                "order_id": str(id_of(f"O{number}")),
                "returned_at": "2026-04-09T00:00:00Z",  # counts on the day of its order
                "total": {"amount": str(back), "currency": "CNY"},
                "lines": [{"amount": str(back)}],
            }
            self.told.append(Received("return", id_of(f"R{number}"), 1, False, data, 1))  # noqa: FBT003 - `gone`
        claimed = self.chance.choice(CAMPAIGNS)
        self.interaction.claim(claimed, f"O{number}")
        if day.startswith("2026-03"):
            self.add(who, claimed, revenue=amount, returns=back, goods=goods)

    def _pay(self, number: int, kind: str) -> None:
        who, amount = self.chance.choice(self.people), Decimal(self.chance.randint(1, 9999)) / 100
        code = self.chance.choice(CAMPAIGNS)
        self.told.append(cost(f"own {number}", str(amount), kind, customer=who, campaign=code))
        self.add(who, code, **{kind: amount})

    def _share(self, number: int, kind: str) -> None:
        name, sizes = f"shared {number}", [self.chance.randint(0, 999) for _ in self.people]
        amount = str(Decimal(sum(sizes)) / 100)
        code = self.chance.choice(CAMPAIGNS)
        self.told += [cost(name, amount, kind, campaign=code), weighed(name)]
        self.interaction.share(name, dict(zip(self.people, sizes, strict=True)))
        for who, size in zip(self.people, sizes, strict=True):
            self.add(who, code, **{kind: Decimal(size) / 100})


@pytest.fixture(scope="module")
async def firm(base: Base) -> Firm:
    """A firm of which everything has been told and fetched."""
    made = Firm(random.Random(3))  # noqa: S311 - a test that can be repeated
    made.live()
    await base.customers(*(customer(who, **made.of(who)) for who in made.people))
    await base.facts_told(*made.told)
    await fetched(base, made.interaction)
    return made


def shown(realized: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the parts of an answer as positive amounts."""
    found = {part["name"]: Decimal(part["amount"]["amount"]) for part in realized["parts"]}
    return {name: amount if name == "revenue" else 0 - amount for name, amount in found.items()}


def figures(parts: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
    whole = 2 * parts["revenue"] - sum(parts.values())
    return whole + sum(parts[name] for name in OF_SERVING), whole


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


async def test_each_customer_has_its_parts_and_two_figures(client: httpx.AsyncClient, firm: Firm) -> None:
    for who in firm.people:
        answer = await client.get(f"/v1/commercial-value/cdnow:{who}", params=WINDOW)
        found = CommercialValue.model_validate(answer.json()).model_dump(mode="json")
        assert found == answer.json()
        realized = found["realized"]
        assert shown(realized) == {name: cents(amount) for name, amount in firm.parts[who].items()}, who
        told = tuple(Decimal(realized[name]["amount"]) for name in ("commercial_value", "contribution"))
        assert told == figures(shown(realized))
        by_basis = sum(Decimal(each["amount"]["amount"]) for each in found["bases"])
        assert by_basis == sum(shown(realized)[name] for name in PAID)
        assert found["expected"] is None


@pytest.mark.parametrize("by", ["owner", "region", "department", "cohort", "campaign"])
async def test_groups_add_up_to_their_customers(client: httpx.AsyncClient, firm: Firm, by: str) -> None:
    expected = dict(firm.of_campaigns) if by == "campaign" else {}
    for who in () if expected else firm.people:
        key = firm.first.get(who, "")[:7] or None if by == "cohort" else firm.of(who)[by]
        sums = expected.setdefault(key, dict.fromkeys(PARTS, Decimal()))
        for name, amount in firm.parts[who].items():
            sums[name] += amount
    found, cursor = dict[str | None, dict[str, Decimal]](), None
    while True:
        params = {**WINDOW, "by": by, "limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/commercial-value", params=params)).json()
        ValueGroups.model_validate(page)
        assert page["customers_waiting"] == 0
        assert (page["claims_as_of"] is None) == (by != "campaign")
        found |= {item["key"]: shown(item["realized"]) for item in page["items"]}
        cursor = page["next"]
        if cursor is None:
            break
    assert found == expected


async def test_only_whom_one_sees_counts(scoring: Running, firm: Firm) -> None:
    owner = Principal("u-1", frozenset(("scores:read",)), source="test", visibility=Visibility.OWN)
    client = scoring.client(owner)
    page = (await client.get("/v1/commercial-value", params={**WINDOW, "by": "owner"})).json()
    assert [(item["key"], item["customers"]) for item in page["items"]] == [("u-1", 3)]
    foreign = next(who for who in firm.people if firm.of(who)["owner"] == "u-2")
    assert (await client.get(f"/v1/commercial-value/cdnow:{foreign}", params=WINDOW)).status_code == 404


async def test_windows_that_follow_each_other_add_up(client: httpx.AsyncClient, firm: Firm) -> None:
    windows = [("2026-02-01", "2026-03-10"), ("2026-03-11", "2026-03-11"), ("2026-03-12", "2026-04-30")]
    path = "/v1/commercial-value"
    asked = [{"since": since, "until": until, "by": "department"} for since, until in windows]
    whole = {"since": "2026-02-01", "until": "2026-04-30", "by": "department"}
    sums = []
    for params in (*asked, whole):
        items = (await client.get(path, params=params)).json()["items"]
        sums.append({name: sum(shown(item["realized"])[name] for item in items) for name in PARTS})
    assert {name: sum(part[name] for part in sums[:-1]) for name in PARTS} == sums[-1]


async def test_a_merge_moves_the_value_and_its_undoing_moves_it_back(
    client: httpx.AsyncClient, base: Base, firm: Firm
) -> None:
    one, other = firm.people[:2]
    merged = customer(one, 2, **firm.of(one), merged_ids=[str(id_of(other))])
    await base.customers(merged, customer(other, 2, gone=True))
    await fetched(base, firm.interaction)
    both = {name: firm.parts[one][name] + firm.parts[other][name] for name in PARTS}
    path = f"/v1/commercial-value/{id_of(other)}"
    found = (await client.get(path, params=WINDOW)).json()
    assert (UUID(found["customer_id"]), shown(found["realized"])) == (id_of(one), both)
    await base.customers(customer(one, 3, **firm.of(one)), customer(other, 3, **firm.of(other)))
    await fetched(base, firm.interaction)
    assert shown((await client.get(path, params=WINDOW)).json()["realized"]) == firm.parts[other]


async def test_other_currencies_come_at_the_rate_of_the_day_or_are_told(
    client: httpx.AsyncClient, base: Base, firm: Firm
) -> None:
    await base.customers(customer("foreigner"))
    await base.facts_told(
        rate("THB", "CNY", "2026-02-01", "0.2"),
        order("F1", "foreigner", "2026-03-05", "50.00", currency="THB"),
        order("F2", "foreigner", "2026-03-05", "9.00", currency="XAU"),
        cost("F3", "10.00", customer="foreigner", currency="THB"),
        cost("F4", "7.00", customer="foreigner", currency="XAU"),
    )
    await fetched(base, firm.interaction)
    found = (await client.get("/v1/commercial-value/cdnow:foreigner", params=WINDOW)).json()["realized"]
    assert (shown(found)["revenue"], shown(found)["keep"]) == (Decimal(10), Decimal(2))
    coverage = found["coverage"]
    assert (coverage["lines_without_rate"], coverage["costs_without_rate"]) == (1, 1)


async def test_the_waterfall_is_drawn(client: httpx.AsyncClient, firm: Firm) -> None:
    path = f"/v1/commercial-value/cdnow:{firm.people[0]}"
    chart = (await client.get(path, params={**WINDOW, "include": "chart"})).json()["chart"]
    assert len(chart["data"]["values"]) == len(PARTS) + 1
    assert drawn(chart)["rect"] >= 5
