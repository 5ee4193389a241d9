"""All that can be read of a set of customers, without what tells it from another set or from another order.

Left out, and why: ids (made on arrival; what they name stands in their place), the id under which a fact
arrived (a stranger's, if it was there before its customer), what told whose a call is, versions and our
own times (one for each write, and how many there are depends on the order), the digests that name mails
and payloads, which have the set's names in them, how many days ago something was (the time itself is
there), and what of one second comes first.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx

from tests.e2e.arrivals.people import Side

AT_ONCE = 4
OF_ARRIVAL = frozenset(
    ("id", "customer_id", "version", "created_at", "updated_at", "webhook_original", "matched_by", "days")
) | {"overdue_days", "product_id"}
SPAN = {"since": "2025-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
SCORED = ("purchase_days", "realized", "prediction", "reason", "rfm", "parts", "coverage", "facts_after")
EXACT = 9  # digits: sums of floats depend on their order
Told = dict[str, Any]
Thing = TypeVar("Thing")
_NUMBER = re.compile(r"-?\d+\.\d+")


class Eyes:
    """Reads what is there of one side."""

    def __init__(self, api: httpx.Client, side: Side) -> None:
        self.api, self.side = api, side
        self.names = {id_: f"customer {number}" for number, id_ in side.ids.items()}
        self.threads: dict[str, str] = {}

    def get(self, path: str, **given: Any) -> Any:
        """Return what is at a path; None where nothing is."""
        answer = self.api.get(f"/v1/{path}", params=given or None)
        assert answer.status_code in {200, 404}, f"{path}: {answer.text}"
        return answer.json() if answer.status_code == 200 else None

    def each(self, ask: Callable[[str], Thing], things: Iterable[str]) -> dict[str, Thing]:
        """Ask for several things, some at a time; by name, without what is of this side only."""
        named = list(things)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return {
                self.side.blank(name): told for name, told in zip(named, pool.map(ask, named), strict=True)
            }

    def all(self, path: str, limit: int = 100, **given: Any) -> list[Told]:
        """Return all pages of a list."""
        items: list[Told] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=limit, **given, **cursor)
            if page is None:
                return []
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = {"cursor": page["next"]}

    def timelines(self, subjects: Iterable[str]) -> dict[str, list[Told]]:
        """Return whole timelines, by whose they are."""
        found = self.each(lambda of: self.all(f"customers/{of}/timeline"), subjects)
        for items in found.values():
            times = [item["occurred_at"] for item in items]
            assert times == sorted(times, reverse=True)
            self.names.update({item["id"]: _name(item) for item in items})
        threads = {item["data"].get("thread_id") for items in found.values() for item in items} - {None}
        members = self.each(lambda id_: self.all(f"threads/{quote(id_, safe='')}"), sorted(threads))
        self.threads = {id_: self._members(members[self.side.blank(id_)]) for id_ in threads}
        return {of: sorted(map(self._item, items), key=_order) for of, items in found.items()}

    def accounts(self, customers: Iterable[str], orders: Iterable[str]) -> dict[str, Any]:
        """Return what is owed by whom, and for which order."""
        owed = {of: told["balances"] for of, told in self.each(self._account, customers).items()}
        return owed | {of: told["balances"] for of, told in self.each(self._owed, orders).items()}

    def relations(self, subjects: Iterable[str]) -> dict[str, Any]:
        """Return totals by month and channel, and the balance of the relationship, by whose they are."""
        return self.each(lambda of: [self.plain(self.get(*each)) for each in self._relation(of)], subjects)

    def inbox(self) -> dict[str, Told]:
        """Return who of the strangers waits, by their names, with what came last."""
        waiting = {json.dumps(each["names"]): each for each in self.all("inbox")}
        mine = {names: each for names, each in waiting.items() if self.side.digits in names}
        return {self.side.blank(names): self.plain(each) for names, each in mine.items()}

    def lists(self) -> dict[str, Any]:
        """Return whom to call, what was missed, and the figures of the call centre."""
        due = {self.names[each["customer_id"]]: self.plain(each) for each in self._due()}
        queue = {"queue": f"{self.side.mark}-q"}
        figures = {"from": SPAN["since"], "until": SPAN["until"], "interval": "week", **queue}
        missed = self.plain(self.all("calls/missed", 50, **queue))
        return {"due": due, "missed": missed, "figures": self.plain(self.get("calls/figures", **figures))}

    def scores(self) -> dict[str, Told]:
        """Return the scores, without what compares a customer with the other set: its rank and its tier."""
        ids, found = sorted(self.side.ids.values()), dict[str, Told]()
        for start in range(0, len(ids), 50):
            for score in self.all("scores", customers=ids[start : start + 50]):
                whose = self.names[score["customer_id"]]
                found[whose] = _rounded({name: score[name] for name in SCORED})
        return found

    def _account(self, of: str) -> Told:
        told: Told = self.get(f"customers/{of}/account")
        return told

    def _owed(self, order: str) -> Told:
        told: Told = self.get(f"orders/{order}/balance")
        return told

    def _relation(self, of: str) -> list[tuple[str]]:
        return [(f"customers/{of}/timeline/totals",), (f"customers/{of}/balance?{urlencode(SPAN)}",)]

    def _due(self) -> list[Told]:
        return self.all("balance/due", customer_class=self.side.mark)

    def plain(self, told: Any) -> Any:
        """Return something without what is of this side, or of the order of arrival."""
        if isinstance(told, dict):
            if told.get("matched") is False:  # a stranger is known by an id of its own
                told = {**told, "current_customer_id": None}
            return {key: self._member(key, value) for key, value in told.items() if key not in OF_ARRIVAL}
        if isinstance(told, list):
            return [self.plain(each) for each in told]
        return self.side.blank(told) if isinstance(told, str) else told

    def _member(self, key: str, value: Any) -> Any:
        if key in {"current_customer_id", "order_id", "return_id"}:
            return value and self.side.blank(self.names.get(value, f"nobody's {value}"))
        if key == "thread_id":
            return value and self.threads.get(value, value)
        if key in {"source", "product"} and value:
            return (
                "a mail" if value["system"] == "mail" else self.side.blank(f"{value['system']} {value['id']}")
            )
        return self.plain(value)

    def _item(self, item: Told) -> Told:
        plain: Told = self.plain(item)
        return plain

    def _members(self, contacts: list[Told]) -> str:
        return self.side.blank(
            " ".join(sorted(_name({"kind": "contact", "data": each}) for each in contacts))
        )


def _name(item: Mapping[str, Any]) -> str:
    """Name a record by what its source calls it, a mail by what it says."""
    data = item["data"]
    source = data["source"]
    mail = source is not None and source["system"] == "mail"
    return f"{data['body']}" if mail else f"{item['kind']} {source and source['id']}"


def _order(item: Told) -> tuple[str, str]:
    """Sort as timelines are, but for what happened in one moment: that comes as it arrived."""
    return item["occurred_at"], json.dumps(item, sort_keys=True)


def _rounded(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _rounded(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_rounded(each) for each in told]
    if isinstance(told, float) or (isinstance(told, str) and _NUMBER.fullmatch(told)):
        return float(f"{float(told):.{EXACT}g}")
    return told
