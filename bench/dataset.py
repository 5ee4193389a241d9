"""The rows that benchmarks load: seeded, with names in three scripts and a few very busy customers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.customer.keys.key import RECIPE, vector
from services.customer.keys.open import open_keys
from services.customer.keys.personal import personal_keys

SEED = 20260101
NULL = r"\N"  # in COPY's text format
SYSTEM = "erp"
BEGAN = np.datetime64("2024-06-01T00:00:00")  # UTC, as the sessions that load
YEARS_S = 2 * 365 * 86_400
STRIDE = 7919  # a prime: spreads the busy customers over the whole range, also where SQL has to find them
SKEW = 0.8  # exponent of Zipf's law
OWNERS, DEPARTMENTS = 50, 5
CUSTOMER, INTERACTION, ORDER = (
    f"0190{digit}000-0000-7000-8000-" for digit in "124"
)  # UUIDv7 in order of time
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗鄭劉陳張黃謝許趙"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英華國麗偉婷建志玉宇晨欣怡子涵"
FIRST = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Karin",
    "Liam",
    "Maria",
    "Noah",
    "Olga",
    "Peter",
    "Rosa",
    "Sven",
]
LAST = [
    "Müller",
    "Smith",
    "Rossi",
    "Novák",
    "Dubois",
    "García",
    "Jensen",
    "Kowalski",
    "O'Brien",
    "Tanaka",
    "Silva",
    "Andersson",
    "Weber",
]
TRADES = ("科技有限公司", "贸易有限公司", "實業股份有限公司", " Trading Ltd", " GmbH", " Logistics SA")
CHANNELS = ("phone", "wechat", "email", "visit", "web_chat", "sms", "transaction", "survey")
CHANNEL_SHARES = (0.35, 0.25, 0.15, 0.08, 0.07, 0.05, 0.03, 0.02)
DIRECTIONS = ("inbound", "outbound", "none")
PURPOSES = ("sale", "service", "emotional_contact", "complaint", "research", NULL)
SUBJECTS = ("Where is my order?", "询价", "回访", "Invoice copy", "投诉处理", "Birthday wishes", "报价跟进")
REGIONS = ("East", "North", "South", "West", NULL)
CHUNK = 10_000
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows of each kind there are; orders have two lines each."""

    customers: int = 100_000
    interactions: int = 1_000_000
    order_lines: int = 300_000

    @property
    def orders(self) -> int:
        """How many orders the lines make."""
        return self.order_lines // 2

    def times(self, factor: float) -> "Sizes":
        """Return these sizes scaled."""
        return Sizes(
            int(self.customers * factor), int(self.interactions * factor), int(self.order_lines * factor)
        )


class Firsts(NamedTuple):
    """The first id of each kind in a slice; all later ones are greater."""

    customer: UUID
    interaction: UUID
    order: UUID


@dataclass(frozen=True)
class Slice:
    """What is loaded at once: the rows from `start` up to `end`; facts are about customers of the slice."""

    start: Sizes
    end: Sizes

    @cached_property
    def customers(self) -> int:
        """How many customers the slice has."""
        return self.end.customers - self.start.customers

    @property
    def firsts(self) -> Firsts:
        """The first ids of the slice."""
        start = self.start
        return Firsts(
            customer_id(start.customers),
            UUID(f"{INTERACTION}{start.interactions:012x}"),
            UUID(f"{ORDER}{start.orders:012x}"),
        )

    def busy(self, least: int) -> int:
        """Return how many customers have at least so many interactions, as Zipf expects it."""
        weights = _zipf(self.customers) * (self.end.interactions - self.start.interactions)
        return max(1, int((weights >= least).sum()))

    def created(self, number: int) -> datetime:
        """Return when a customer of the slice was made."""
        (at,) = _moments(range(number, number + 1), self.end.customers)
        return datetime.fromisoformat(f"{at}+00:00")

    def customer(self, rank: int) -> int:
        """Return the number of a customer by how busy it is, 0 the busiest."""
        return self.start.customers + rank * STRIDE % self.customers

    def customer_rows(self) -> Iterator[bytes]:
        """Yield COPY lines of customers, as the customer service would have stored them."""
        random = np.random.default_rng((SEED, 1, self.start.customers))
        for numbers in _chunks(self.start.customers, self.end.customers):
            draws = random.integers(0, 1 << 30, (len(numbers), 6)).tolist()
            columns = zip(numbers, draws, _moments(numbers, self.end.customers), strict=True)
            yield "".join(_customer(*row) for row in columns).encode()

    def interaction_rows(self) -> Iterator[bytes]:
        """Yield COPY lines of interactions, in order of time."""
        random = np.random.default_rng((SEED, 2, self.start.interactions))
        for numbers in _chunks(self.start.interactions, self.end.interactions):
            size = len(numbers)
            columns = zip(
                numbers,
                self._whose(random, size),
                random.choice(CHANNELS, size, p=CHANNEL_SHARES).tolist(),
                random.integers(0, 1 << 30, size).tolist(),
                _moments(numbers, self.end.interactions),
                strict=True,
            )
            yield "".join(_interaction(*row) for row in columns).encode()

    def order_rows(self) -> Iterator[bytes]:
        """Yield COPY lines of orders with two lines each."""
        random = np.random.default_rng((SEED, 3, self.start.orders))
        for numbers in _chunks(self.start.orders, self.end.orders):
            cents = random.integers(100, 100_000, (len(numbers), 2)).tolist()
            moments = _moments(numbers, self.end.orders)
            columns = zip(numbers, self._whose(random, len(numbers)), cents, moments, strict=True)
            yield "".join(_order(*row) for row in columns).encode()

    def _whose(self, random: np.random.Generator, size: int) -> list[int]:
        ranks = np.searchsorted(self._cumulated, random.random(size))
        numbers: list[int] = (self.start.customers + ranks * STRIDE % self.customers).tolist()
        return numbers

    @cached_property
    def _cumulated(self) -> Floats:
        return np.cumsum(_zipf(self.customers))[:-1]


def customer_id(number: int) -> UUID:
    """Return the id of a loaded customer."""
    return UUID(f"{CUSTOMER}{number:012x}")


def document(number: int) -> dict[str, object]:
    """Return a customer that is not loaded yet, as a caller sends it."""
    draw = [number * prime % (1 << 30) for prime in (7919, 104_729, 1_299_709)]
    name, family, given = person(draw)
    phone, mail = f"+8615{number % 10**9:09d}", f"c{number}@example.cn"
    return {
        "kind": "person",
        "name": name,
        "family_name": family,
        "given_name": given,
        "contact_points": [{"type": "phone", "value": phone}, {"type": "email", "value": mail}],
        "identities": [{"system": SYSTEM, "id": f"C{number:07d}"}],
        "owner": f"u-{draw[2] % OWNERS}",
        "department": f"d-{draw[2] % DEPARTMENTS}",
        "region": "East",
        "customer_class": "retail",
    }


def contact(number: int, customer: int) -> dict[str, object]:
    """Return an interaction that is not loaded yet, as a caller sends it."""
    return {
        "customer": {"system": SYSTEM, "id": f"C{customer:07d}"},
        "channel": CHANNELS[number % len(CHANNELS)],
        "direction": "inbound",
        "purpose": "service",
        "occurred_at": "2026-06-01T09:30:00Z",
        "subject": SUBJECTS[number % len(SUBJECTS)],
        "source": {"system": "pbx", "id": f"new-{number}"},
    }


def person(draw: Sequence[int]) -> tuple[str, str | None, str | None]:
    """Return (name, family name, given name) of somebody, in Chinese for two of three."""
    first, second = draw[0], draw[1]
    if first % 3:
        family = SURNAMES[first % len(SURNAMES)]
        given = GIVEN[second % len(GIVEN)] + (GIVEN[second // 64 % len(GIVEN)] if second % 4 else "")
        return family + given, family, given
    given, family = FIRST[second % len(FIRST)], LAST[second // 32 % len(LAST)]
    return f"{given} {family}", family, given


def _zipf(many: int) -> Floats:
    weights = np.arange(1, many + 1, dtype=np.float64) ** -SKEW
    shares: Floats = weights / weights.sum()
    return shares


def _chunks(start: int, end: int) -> Iterator[range]:
    return (range(at, min(at + CHUNK, end)) for at in range(start, end, CHUNK))


def _moments(numbers: range, of: int) -> list[str]:
    """Return when each row was made: they come in order, spread evenly over the years."""
    seconds = np.array(numbers, dtype=np.int64) * YEARS_S // of
    moments: list[str] = np.datetime_as_string(BEGAN + seconds.astype("timedelta64[s]")).tolist()
    return moments


def _customer(number: int, draw: Sequence[int], at: str) -> str:
    if draw[2] % 10:
        kind, (name, family, given) = "person", person(draw)
    else:
        trade = TRADES[draw[0] % len(TRADES)]
        kind, name, family, given = (
            "organization",
            f"{GIVEN[draw[1] % len(GIVEN)]}{number}{trade}",
            None,
            None,
        )
    phone, mail = f"+8613{number % 10**9:09d}", f"c{number}@example.cn"
    points, keys = _point(number, 1, "phone", phone), f"tel:{phone}"
    if draw[3] % 10 < 6:
        points, keys = f"{points},{_point(number, 2, 'email', mail)}", f"mailto:{mail},{keys}"
    mails = [mail] if "mailto" in keys else []
    found = f"{_open(number, name, given, family)}\t{_personal(phone, *mails)}"
    return (
        f"{CUSTOMER}{number:012x}\t{kind}\t{name}\t{given or NULL}\t{family or NULL}\t[{points}]\t[]\t"
        f'[{{"system":"{SYSTEM}","kind":"","id":"C{number:07d}"}}]\t{{{keys}}}\t'
        f"u-{draw[4] % OWNERS}\td-{draw[4] % DEPARTMENTS}\t{REGIONS[draw[5] % len(REGIONS)]}\t"
        f"{'retail' if draw[5] % 3 else 'key'}\t{{}}\t{{}}\t{found}\t{RECIPE}\t1\t{at}\t{at}\n"
    )


def _open(number: int, name: str, given: str | None, family: str | None) -> str:
    identity = {"system": SYSTEM, "id": f"C{number:07d}"}
    names = {"name": name, "given_name": given, "family_name": family}
    return vector(open_keys({**names, "identities": [identity], "tags": []}))


def _personal(phone: str, *mails: str) -> str:
    reached = [("phone", phone), *(("email", mail) for mail in mails)]
    points = [{"type": kind, "value": value, "normalized": value} for kind, value in reached]
    return vector(personal_keys({"contact_points": points, "addresses": [], "attributes": {}}))


def _point(number: int, index: int, kind: str, value: str) -> str:
    return (
        f'{{"id":"0190{index}000-0000-7000-9000-{number:012x}","type":"{kind}","value":"{value}",'
        f'"label":null,"preferred":false,"normalized":"{value}"}}'
    )


def _interaction(number: int, whose: int, channel: str, draw: int, at: str) -> str:
    return (
        f"{CUSTOMER}{whose:012x}\t{INTERACTION}{number:012x}\t{at}\t{channel}\t"
        f"{DIRECTIONS[draw % 3]}\t{PURPOSES[draw // 4 % 6]}\t{SUBJECTS[draw // 32 % 7]}\t"
        f"bench\t1\tpbx\tcall-{number}\t{{}}\t{at}\t{at}\n"
    )


def _order(number: int, whose: int, cents: Sequence[int], at: str) -> str:
    lines = ",".join(_line(index, each) for index, each in enumerate(cents, 1))
    return (
        f"{CUSTOMER}{whose:012x}\t{ORDER}{number:012x}\t{at}\tCNY\tcompleted\t[{lines}]\t"
        f"{_money(sum(cents))}\tbench\t1\t{SYSTEM}\tSO-{number}\t{{}}\t{at}\t{at}\n"
    )


def _line(number: int, cents: int) -> str:
    return (
        f'{{"line":{number},"product":null,"product_id":null,"quantity":"1",'
        f'"amount":"{_money(cents)}","cost":"{_money(cents * 2 // 3)}"}}'
    )


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
