"""Rows as COPY takes them, each as the service that owns it would have stored it."""

from collections.abc import Sequence
from functools import lru_cache

from services.customer.keys.key import NAMED, RECIPE, quoted, vector
from services.customer.keys.open import name_keys, plain
from services.customer.keys.personal import personal_keys

MOST_CENTS = 100_000  # of a line of an order
NULL = r"\N"  # in COPY's text format
SYSTEM = "erp"
OWNERS, DEPARTMENTS = 50, 5
PRODUCTS, CATEGORIES = 3_000, 17
ORGANIZATIONS = 10  # one customer of so many is one; the few after it work there
CUSTOMER, INTERACTION, ORDER, RELATION, CALL, PRODUCT = (
    f"0190{digit}000-0000-7000-8000-" for digit in "124356"
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


def person(draw: Sequence[int]) -> tuple[str, str | None, str | None]:
    """Return (name, family name, given name) of somebody, in Chinese for two of three."""
    first, second = draw[0], draw[1]
    if first % 3:
        family = SURNAMES[first % len(SURNAMES)]
        given = GIVEN[second % len(GIVEN)] + (GIVEN[second // 64 % len(GIVEN)] if second % 4 else "")
        return family + given, family, given
    given, family = FIRST[second % len(FIRST)], LAST[second // 32 % len(LAST)]
    return f"{given} {family}", family, given


def customer_line(number: int, draw: Sequence[int], at: str) -> str:
    """Return a customer, known to the ERP and by phone, two of three by e-mail too."""
    kind, (name, family, given) = "person", person(draw)
    if number % ORGANIZATIONS == 0:
        trade = TRADES[draw[0] % len(TRADES)]
        kind, name = "organization", f"{GIVEN[draw[1] % len(GIVEN)]}{number}{trade}"
        family = given = None
    phone, mail = phone_of(number), f"c{number}@example.cn"
    points, keys, mails = _point(number, 1, "phone", phone), f"tel:{phone}", list[str]()
    if draw[2] % 10 < 6:
        points, keys = f"{points},{_point(number, 2, 'email', mail)}", f"mailto:{mail},{keys}"
        mails = [mail]
    code = f"C{number:07d}"
    named = f"{_name_keys(name, given, family)} {quoted(NAMED + plain(code))}"
    return (
        f"{CUSTOMER}{number:012x}\t{kind}\t{name}\t{given or NULL}\t{family or NULL}\t[{points}]\t[]\t"
        f'[{{"system":"{SYSTEM}","kind":"","id":"{code}"}}]\t{{{keys}}}\t'
        f"u-{draw[3] % OWNERS}\td-{draw[3] % DEPARTMENTS}\t{REGIONS[draw[4] % len(REGIONS)]}\t"
        f"{'retail' if draw[4] % 3 else 'key'}\t{{}}\t{{}}\t{named}\t{_personal(phone, *mails)}\t"
        f"{RECIPE}\t1\t{at}\t{at}\n"
    )


def phone_of(number: int) -> str:
    """Return the phone number of a customer."""
    return f"+8613{number % 10**9:09d}"


@lru_cache(maxsize=1 << 17)
def _name_keys(name: str, given: str | None, family: str | None) -> str:
    return vector(name_keys(name, given, family))


def _personal(phone: str, *mails: str) -> str:
    reached = [("phone", phone), *(("email", mail) for mail in mails)]
    points = [{"type": kind, "value": value, "normalized": value} for kind, value in reached]
    return vector(personal_keys({"contact_points": points, "addresses": [], "attributes": {}}))


def _point(number: int, index: int, kind: str, value: str) -> str:
    return (
        f'{{"id":"0190{index}000-0000-7000-9000-{number:012x}","type":"{kind}","value":"{value}",'
        f'"label":null,"preferred":false,"normalized":"{value}"}}'
    )


def interaction_line(number: int, whose: int, channel: str, draw: int, at: str) -> str:
    """Return an interaction that a source told of."""
    return (
        f"{CUSTOMER}{whose:012x}\t{INTERACTION}{number:012x}\t{at}\t{channel}\t"
        f"{DIRECTIONS[draw % 3]}\t{PURPOSES[draw // 4 % 6]}\t{SUBJECTS[draw // 32 % 7]}\t"
        f"bench\t1\tpbx\tcall-{number}\t{{}}\t{at}\t{at}\n"
    )


def order_line(number: int, whose: int, cents: Sequence[int], at: str) -> str:
    """Return an order of the ERP, with a line for each of some sums; what is cheap is sold most."""
    lines = ",".join(_line(index, each) for index, each in enumerate(cents, 1))
    return (
        f"{CUSTOMER}{whose:012x}\t{ORDER}{number:012x}\t{at}\tCNY\tcompleted\t[{lines}]\t"
        f"{_money(sum(cents))}\tbench\t1\t{SYSTEM}\tSO-{number}\t{{}}\t{at}\t{at}\t"
        f"{REGIONS[number // OWNERS % len(REGIONS)]}\tu-{number % OWNERS}\td-{number % DEPARTMENTS}\n"
    )


def call_event_line(number: int) -> bytes:
    """Return one of the three events of a call."""
    call, nth = divmod(number, 3)
    at = f"2026-06-01T09:3{nth}:00Z"
    said = f'{{"direction":"inbound","from":"{phone_of(call)}","to":"95555","queue":"sales"}}'
    line = f"{CALL}{call:012x}\tid:{nth}\t{CALL}{number:012x}\tringing\t{at}\t{said}\tbench\t{at}\n"
    return line.encode()


def _line(number: int, cents: int) -> str:
    product = PRODUCTS * cents**3 // MOST_CENTS**3
    return (
        f'{{"line":{number},"product":null,"product_id":"{PRODUCT}{product:012x}","quantity":"1",'
        f'"amount":"{_money(cents)}","cost":"{_money(cents * 2 // 3)}"}}'
    )


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
