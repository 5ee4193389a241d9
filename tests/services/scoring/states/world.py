"""A small world that other services tell of: facts and customers that change in every way they can."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from feed.consumer import Received
from tests.services.scoring.base import customer, id_of, order
from tests.services.scoring.states.oracle import Oracle

START, PEOPLE = date(2026, 1, 1), [f"w{number}" for number in range(4)]
_NUMBERS, _WHO = st.integers(0, 7), st.sampled_from(PEOPLE)
_FACT = st.tuples(
    st.sampled_from(["order", "order", "return", "credit_note", "payment"]),
    _NUMBERS,
    _WHO,
    st.integers(0, 40),
    st.integers(1, 99),
    st.integers(0, 7),
)
# Facts come new, corrected, cancelled, late, moved, again, and go; customers merge, part, go and are back.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("facts"), st.lists(_FACT, min_size=1, max_size=5)),
        st.tuples(st.just("facts"), st.lists(_FACT, min_size=1, max_size=5)),
        st.tuples(
            st.just("forget"), st.tuples(st.sampled_from(["order", "return", "credit_note"]), _NUMBERS)
        ),
        st.tuples(st.just("merge"), st.tuples(_WHO, _WHO)),
        st.tuples(st.just("undo"), _WHO),
        st.tuples(st.just("delete"), _WHO),
        st.tuples(st.just("revive"), _WHO),
        st.tuples(st.sampled_from(["repeat", "stale", "facts anew", "customers anew"]), st.none()),
    ),
    min_size=5,
    max_size=20,
)


@dataclass
class World:
    """The truth, and what is told of each step: entries of customer's and of interaction's feed."""

    oracle: Oracle = field(default_factory=Oracle)
    versions: dict[str, int] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)  # whom a merged customer means
    deleted: set[str] = field(default_factory=set)
    generation: int = 1
    told: list[Received] = field(default_factory=list)  # the last page of facts, and what came before it
    older: list[Received] = field(default_factory=list)

    def customers(self) -> list[Received]:
        """Return what customer tells of everybody, those merged away as gone."""
        there = [name for name in PEOPLE if name not in self.deleted]
        return [self._customer(name) for name in there]

    def facts(self) -> list[Received]:
        """Return what interaction tells of every fact that there is."""
        held = (one for one in self.oracle.facts.values() if not one.gone)
        return [replace(one, generation=self.generation) for one in held]

    def groups(self) -> dict[str, list[str]]:
        """Return the ids of each customer that there is."""
        there = [name for name in PEOPLE if name not in self.into and name not in self.deleted]
        return {name: [name, *(each for each in PEOPLE if self.into.get(each) == name)] for name in there}

    def buy(self, facts: list[tuple[Any, ...]]) -> list[Received]:
        """Return new versions of facts."""
        self.older = [*self.told, *self.older][:20]
        self.told = [*{one.subject: one for one in map(self._fact, facts)}.values()]
        for one in self.told:
            self.oracle.learn(one)
        return self.told

    def forget(self, kind: str, number: int) -> list[Received]:
        """Return the deletion of a fact."""
        gone = self._entry(kind, f"{kind}{number}", {})
        self.oracle.learn(gone)
        return [gone]

    def merge(self, whole: str, part: str) -> list[Received]:
        """Return the merge of two customers that there are; nothing if they cannot be."""
        if whole == part or {whole, part} & {*self.into, *self.into.values(), *self.deleted} - {whole}:
            return []
        if whole in self.into or whole in self.deleted:
            return []
        self.into[part] = whole
        return [self._customer(whole, new=True), self._customer(part, new=True)]

    def undo(self, part: str) -> list[Received]:
        """Return the undoing of a merge."""
        if part not in self.into or self.into[part] in self.deleted:
            return []
        whole = self.into.pop(part)
        return [self._customer(whole, new=True), self._customer(part, new=True)]

    def delete(self, name: str) -> list[Received]:
        """Return the deletion of a customer that has taken nobody in."""
        if name in {*self.into, *self.into.values(), *self.deleted}:
            return []
        self.deleted.add(name)
        return [self._entry("customer", name, {})]

    def revive(self, name: str) -> list[Received]:
        """Return the restoration of a deleted customer."""
        self.deleted.discard(name)
        return [] if name in self.into else [self._customer(name, new=True)]

    def _customer(self, name: str, *, new: bool = False) -> Received:
        self.versions.setdefault(name, 1)
        merged = [str(id_of(part)) for part, whole in self.into.items() if whole == name]
        told = customer(name, gone=name in self.into, merged_ids=merged)
        return self._entry("customer", name, told.data, new=new)

    def _fact(self, drawn: tuple[Any, ...]) -> Received:
        kind, number, who, ago, amount, of = drawn
        day, name = (START + timedelta(ago)).isoformat(), f"{kind}{number}"
        if kind == "order":
            status = {6: "draft", 7: "cancelled"}.get(of, "confirmed")
            told = order(name, who, day, f"{amount}.25", status=status, currency="CNY")
            return self._entry(kind, name, told.data)
        money = {"amount": f"{amount}.50", "currency": "USD" if of == 3 else "CNY"}
        status = "cancelled" if of == 7 and kind != "return" else "issued"
        data = {"customer_id": str(id_of(who)), "order_id": str(id_of(f"order{of}")), "status": status}
        data |= {"amount": money, "total": money, "lines": [], "return_id": str(id_of(f"return{number}"))}
        data[{"payment": "paid_at", "return": "returned_at"}.get(kind, "issued_at")] = f"{day}T00:00:00Z"
        return self._entry(kind, name, data)

    def _entry(self, kind: str, name: str, data: dict[str, Any], *, new: bool = True) -> Received:
        """Return an entry of a record, gone without data; of its next version, if it is new."""
        self.versions[name] = self.versions.get(name, 0) + new
        return Received(kind, id_of(name), self.versions[name], not data, data, self.generation)
