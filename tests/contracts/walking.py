"""A random walk over three services, and the simple model that they must agree with."""

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

Clients = dict[str, httpx.AsyncClient]
OURS = ("version", "updated_at", "attributes", "identities", "merged_ids")


@dataclass
class Merged:
    """A merge that was not undone: into whom, and whose ids they were before."""

    survivor: str
    before: dict[str, str]


@dataclass
class Model:
    """What is known of every record ever made: its own state, and which record it is now."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    attributes: dict[str, dict[str, int]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    merges: dict[str, Merged] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)  # provisional id → record
    facts: dict[str, tuple[str, int]] = field(
        default_factory=dict
    )  # order → id that it is kept under, amount

    def add(self, made: dict[str, Any]) -> None:
        """Learn of a new record."""
        id_ = made["id"]
        self.documents[id_], self.attributes[id_], self.current[id_] = made, {}, id_
        self.names[id_] = {each["id"] for each in made["identities"]}

    def merge(self, id_: str, survivor: str, others: list[str]) -> None:
        """Fold records into one."""
        before = {each: now for each, now in self.current.items() if now in others}
        self.current |= dict.fromkeys(before, survivor)
        self.merges[id_] = Merged(survivor, before)

    def undo(self, id_: str) -> None:
        """Take them out again."""
        self.current |= self.merges.pop(id_).before

    def whose(self, id_: str) -> str:
        """Return the record that an id means, a stranger's too."""
        return self.current[self.strangers.get(id_, id_)]

    def group(self, id_: str) -> list[str]:
        """Return the records that are one customer with this one."""
        return [each for each, now in self.current.items() if now == self.current[id_]]

    def of_group(self, id_: str) -> tuple[dict[str, int], set[str], set[str], int]:
        """Return the attributes, names, orders and money of the customer that a record is now."""
        group = self.group(id_)
        attributes = {key: value for each in group for key, value in self.attributes[each].items()}
        orders = {
            fact: amount
            for fact, (kept, amount) in self.facts.items()
            if self.whose(kept) == self.current[id_]
        }
        return (
            attributes,
            set().union(*(self.names[each] for each in group)),
            set(orders),
            sum(orders.values()),
        )


class Walker:
    """Does random things through HTTP, and tells the model what they mean."""

    def __init__(self, seed: int, clients: Clients) -> None:
        self.luck, self.clients, self.model = random.Random(seed), clients, Model()  # noqa: S311 - a test's walk
        self.number = 0

    async def create(self, *, name: str | None = None) -> str:
        """Make a customer, by a new name or that of a stranger."""
        names = [{"system": "erp", "id": name or uuid4().hex}]
        tag = f"t{len(self.model.documents)}"
        body = {"name": f"Customer {tag}", "identities": names, "tags": [tag], "owner": tag}
        answer = await self.clients["customer"].post("/v1/customers", json=body)
        assert answer.status_code == 201, answer.text
        self.model.add(answer.json())
        id_: str = answer.json()["id"]
        return id_

    async def edit(self) -> None:
        """Give the customer that any id means another attribute, or another name."""
        id_ = self.luck.choice(list(self.model.current))
        self.number += 1
        whole, path = self.model.current[id_], f"/v1/customers/{id_}"
        if self.luck.random() < 0.3:
            name = {"system": "erp", "id": uuid4().hex}
            answer = await self.clients["customer"].post(f"{path}/identities", json=name)
            self.model.names[whole].add(name["id"])
        else:
            read = await self.clients["customer"].get(path)
            body = {"attributes": {f"k{self.number}": self.number}}
            match = {"If-Match": read.headers["etag"]}
            answer = await self.clients["customer"].patch(path, json=body, headers=match)
            self.model.attributes[whole] |= body["attributes"]
        assert answer.status_code in {200, 201}, answer.text

    async def order(self, who: Any = None) -> str:
        """Sell something to whom any id or name means; return the id that it is kept under."""
        if who is None:
            ids, names = (
                [*self.model.current, *self.model.strangers],
                [n for each in self.model.names.values() for n in each],
            )
            name = {"system": "erp", "id": self.luck.choice(sorted(names))}
            who = self.luck.choice([name, self.luck.choice(ids)])
        amount = self.luck.randrange(1, 100)
        day = f"2026-{self.luck.randrange(1, 10):02}-{self.luck.randrange(1, 28):02}T10:00:00Z"
        lines = [{"quantity": "1", "amount": f"{amount}.00"}]
        body = {"customer": who, "placed_at": day, "currency": "CNY", "status": "confirmed", "lines": lines}
        answer = await self.clients["interaction"].post("/v1/orders", json=body)
        assert answer.status_code == 201, (answer.text, who)
        made = answer.json()
        self.model.facts[made["id"]] = (made["customer_id"], amount)
        kept: str = made["customer_id"]
        return kept

    async def merge(self) -> None:
        """Merge what two or three ids mean."""
        ids = self.luck.sample(
            list(self.model.current), min(len(self.model.current), self.luck.choice((2, 2, 3)))
        )
        whole, others = ids[0], ids[1:]
        if any(self.model.current[each] == self.model.current[whole] for each in others):
            return
        body = {"survivor": whole, "duplicates": others}
        answer = await self.clients["customer"].post("/v1/merges", json=body)
        assert answer.status_code == 201, answer.text
        known = [self.model.current[each] for each in others]
        self.model.merge(answer.json()["id"], self.model.current[whole], known)

    async def undo(self) -> None:
        """Undo any merge, if it is not in the way of another."""
        if not self.model.merges:
            return
        id_ = self.luck.choice(list(self.model.merges))
        answer = await self.clients["customer"].post(f"/v1/merges/{id_}/undo", json={})
        below = self.model.current[self.model.merges[id_].survivor] != self.model.merges[id_].survivor
        assert answer.status_code == (409 if below else 200), answer.text
        if not below:
            self.model.undo(id_)

    async def check(self) -> None:
        """Compare records, names, timelines and money of every id ever given with the model."""
        for id_, now in self.model.current.items():
            attributes, names, orders, money = self.model.of_group(id_)
            whole = (await self.clients["customer"].get(f"/v1/customers/{id_}")).json()
            assert whole["id"] == now, "who an id means"
            assert whole["attributes"] == attributes, "attributes"
            assert {each["id"] for each in whole["identities"]} == names, "names"
            assert set(whole["merged_ids"]) == set(self.model.group(id_)) - {now}, "merged ids"
            page = await self.clients["interaction"].get(f"/v1/customers/{id_}/timeline?limit=1000")
            assert {each["id"] for each in page.json()["items"]} == orders, f"timeline of {id_}, who is {now}"
            score = (await self.clients["scoring"].get(f"/v1/scores/{id_}")).json()
            told = (score["customer_id"], score["realized"]["amount"])
            assert told == (now, f"{money}.00"), "score"
        for stranger in self.model.strangers:
            _, _, orders, _ = self.model.of_group(self.model.strangers[stranger])
            page = await self.clients["interaction"].get(
                "/v1/orders", params={"customer": stranger, "limit": 1000}
            )
            assert {each["id"] for each in page.json()["items"]} == orders, "a stranger's orders"

    async def check_equal(self) -> None:
        """Check that every record is what it was when it was made, but for its own edits."""
        for id_, made in self.model.documents.items():
            whole = (await self.clients["customer"].get(f"/v1/customers/{id_}")).json()
            assert {**whole, **{name: made[name] for name in OURS}} == made, "what it was made as"
            assert whole["attributes"] == self.model.attributes[id_], "its own attributes"
            assert whole["merged_ids"] == [], "merged ids"
