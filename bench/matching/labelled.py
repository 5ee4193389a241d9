"""A labelled set: originals, their duplicates, and those that only look like duplicates; seeded."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.matching import names, noise

Document = dict[str, Any]
# What comes of an original: in a hundred, so many get one more record, two more, three more.
COPIES = {1: 16, 2: 4, 3: 1}


@dataclass
class Labelled:
    """Documents as they are stored, and for each the number of who it is."""

    documents: list[Document] = field(default_factory=list)
    who: list[int] = field(default_factory=list)

    def add(self, document: Document, who: int) -> None:
        """Add one record of somebody."""
        self.documents.append(document)
        self.who.append(who)

    def pairs(self) -> set[tuple[int, int]]:
        """Return all pairs of records that are one customer."""
        by_who: dict[int, list[int]] = {}
        for index, who in enumerate(self.who):
            by_who.setdefault(who, []).append(index)
        return {(a, b) for same in by_who.values() for a in same for b in same if a < b}


def labelled(originals: int, seed: int) -> Labelled:
    """Return a set of so many originals and the records that go with them."""
    luck = Random(seed)
    made = Labelled()
    count = 0
    while count < originals:
        for document in _together(luck):
            made.add(document, count)
            for _ in range(_copies(luck)):
                made.add(noise.again(luck, document), count)
            count += 1
    order = list(range(len(made.who)))
    luck.shuffle(order)
    return Labelled([made.documents[each] for each in order], [made.who[each] for each in order])


def _copies(luck: Random) -> int:
    drawn = luck.random() * 100
    for count, share in COPIES.items():
        if drawn < share:
            return count
        drawn -= share
    return 0


def _together(luck: Random) -> list[Document]:
    """Return somebody, or a household, or a father and his son, or an organization and a branch of it."""
    drawn = luck.random()
    if drawn < 0.15:
        return _organizations(luck)
    if drawn < 0.30:
        return _household(luck)
    if drawn < 0.32:
        return _father_and_son(luck)
    return [_person(luck)]


def _person(luck: Random) -> Document:
    chinese = luck.random() < 0.6
    city = luck.choice(list(names.CITIES)[: 5 if chinese else 8][0 if chinese else 5 :])
    name = _chinese(luck) if chinese else _western(luck)
    document: Document = {
        "kind": "person",
        **name,
        "phones": [_phone(luck, chinese=chinese)] if luck.random() < 0.9 else [],
        "emails": [_email(luck, name["romanized"])] if luck.random() < 0.7 else [],
        "addresses": [_address(luck, city)] if luck.random() < 0.75 else [],
        "attributes": {"birthday": _birthday(luck, 1940, 2005)} if luck.random() < 0.5 else {},
        "identities": [],
    }
    if not (document["phones"] or document["emails"]):  # nobody could tell who this is
        document["phones"] = [_phone(luck, chinese=chinese)]
    return document


def _chinese(luck: Random) -> Document:
    family = luck.choices(names.SURNAMES, weights=range(len(names.SURNAMES) + 5, 5, -1))[0]
    size = 1 if luck.random() < 0.4 else 2
    given = luck.choices(names.CHARACTERS, weights=range(len(names.CHARACTERS) + 10, 10, -1), k=size)
    if luck.random() < 0.02:  # the names that thousands have
        family, given = names.SURNAMES[luck.randrange(3)], [names.CHARACTERS[luck.randrange(2)]]
    spoken = "".join(each[2] for each in given)
    return {
        "name": family[0] + "".join(each[0] for each in given),
        "family_name": family[0],
        "given_name": "".join(each[0] for each in given),
        "traditional": family[1] + "".join(each[1] for each in given),
        "romanized": (spoken.capitalize(), family[2]),
        "chinese": True,
    }


def _western(luck: Random) -> Document:
    given, family = luck.choice(names.GIVEN), luck.choice(names.FAMILY)
    middle = f" {luck.choice(names.GIVEN)}" if luck.random() < 0.1 else ""
    return {
        "name": f"{given}{middle} {family}",
        "family_name": family,
        "given_name": given,
        "romanized": (given, family),
        "chinese": False,
    }


def _household(luck: Random) -> list[Document]:
    """Return two to four people with one family name, one address, often one phone, each with a name."""
    first = _person(luck)
    first["addresses"] = first["addresses"] or [_address(luck, luck.choice(list(names.CITIES)))]
    shared = first["phones"] or [_phone(luck, chinese=first["chinese"])]
    first["phones"] = list(shared)
    found = [first]
    for _ in range(luck.randint(1, 3)):
        other = _person(luck)
        while other["chinese"] != first["chinese"] or other["given_name"] in {
            each["given_name"] for each in found
        }:
            other = _person(luck)
        other = noise.named(other, first)
        other["addresses"] = [dict(each) for each in first["addresses"]]
        if luck.random() < 0.8:
            other["phones"] = list(shared)
        if luck.random() < 0.1 and first["emails"]:
            other["emails"] = list(first["emails"])
        found.append(other)
    return found


def _father_and_son(luck: Random) -> list[Document]:
    """Return two of one name at one address, who were born a generation apart, as is known of both."""
    father = _person(luck)
    while father["chinese"]:
        father = _person(luck)
    son = {**father, "emails": [], "attributes": {"birthday": _birthday(luck, 1975, 2000)}}
    father["attributes"] = {"birthday": _birthday(luck, 1940, 1955)}
    if luck.random() < 0.5:
        son["phones"] = [_phone(luck, chinese=False)]
    return [father, son]


def _organizations(luck: Random) -> list[Document]:
    """Return an organization; of one in eight also a branch with its name, in another city."""
    chinese = luck.random() < 0.5
    city = luck.choice(list(names.CITIES)[: 5 if chinese else 8][0 if chinese else 5 :])
    core = (
        "".join(each[0] for each in luck.choices(names.CHARACTERS, k=2))
        if chinese
        else luck.choice(names.WORDS)
    )
    if not chinese and luck.random() < 0.7:
        core = f"{core} {luck.choice(names.FAMILY)}"
    trade = luck.choice(names.TRADES) if chinese else luck.choice(names.LINES)
    form = luck.choice(("有限公司", "股份有限公司")) if chinese else luck.choice(list(names.FORMS))
    name = f"{city}{core}{trade}{form}" if chinese else f"{core} {trade} {form}"
    head: Document = {
        "kind": "organization",
        "name": name,
        "family_name": None,
        "given_name": None,
        "romanized": (core.split()[0] if not chinese else "office", trade if not chinese else "mail"),
        "chinese": chinese,
        "core": f"{core}{trade}" if chinese else f"{core} {trade}",
        "phones": [_phone(luck, chinese=chinese)],
        "emails": [f"info@{noise.plain(core) or 'office'}{luck.randrange(10**4)}.com"],
        "addresses": [_address(luck, city)],
        "attributes": {"tax_id": f"{luck.randrange(10**15):015}"} if luck.random() < 0.6 else {},
        "identities": [],
    }
    if luck.random() > 0.125:
        return [head]
    elsewhere = luck.choice([each for each in names.CITIES if each != city])
    branch = {
        **head,
        "phones": [_phone(luck, chinese=chinese)],
        "emails": [],
        "addresses": [_address(luck, elsewhere)],
    }
    branch["attributes"] = {"tax_id": f"{luck.randrange(10**15):015}"}
    branch["name"] = f"{elsewhere}{core}{trade}{form}" if chinese else f"{core} {trade} {elsewhere} {form}"
    return [head, branch]


def _phone(luck: Random, *, chinese: bool) -> str:
    return (
        f"+861{luck.randrange(30, 99)}{luck.randrange(10**8):08}"
        if chinese
        else f"+4930{luck.randrange(10**7):07}"
    )


def _email(luck: Random, romanized: tuple[str, str]) -> str:
    given, family = (noise.plain(each).lower() for each in romanized)
    local = luck.choice(
        (f"{given}.{family}", f"{given}{family}", f"{given[:1]}{family}", f"{family}.{given}")
    )
    number = "" if luck.random() < 0.1 else luck.randrange(10, 10_000)  # no two strangers have one address
    return f"{local}{number}@{luck.choice(names.MAIL)}"


def _address(luck: Random, city: str) -> Document:
    code, streets = names.CITIES[city]
    chinese = not city.isascii()
    street = luck.choice(streets.split(None if chinese else ";"))
    number = luck.randrange(1, 400)
    line = f"{street}{number}号{luck.randrange(1, 30)}室" if chinese else f"{number} {street}"
    return {"lines": [line], "city": city, "postal_code": f"{code}{luck.randrange(100):02}"}


def _birthday(luck: Random, first: int, last: int) -> str:
    return f"{luck.randrange(first, last)}-{luck.randrange(1, 13):02}-{luck.randrange(1, 29):02}"
