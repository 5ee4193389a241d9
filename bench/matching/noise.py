"""Noise: how the same customer is written down a second time by somebody else."""

from copy import deepcopy
from random import Random
from typing import Any
from unicodedata import normalize

from bench.matching import names
from services.customer.duplicates.nicknames import full_names, short_forms

Document = dict[str, Any]


def again(luck: Random, document: Document) -> Document:
    """Return another record of the same customer."""
    other = deepcopy(document)
    other["name"], other["family_name"], other["given_name"] = _renamed(luck, document)
    if luck.random() < 0.25:  # a new number, or a mistyped one
        other["phones"] = [_dialled(luck, each) for each in other["phones"]]
    if luck.random() < 0.15:
        other["phones"] = []
    if luck.random() < 0.15:
        other["emails"] = [_other_host(luck, each) for each in other["emails"]]
    if luck.random() < 0.25:
        other["emails"] = []
    if luck.random() < 0.2 and other["addresses"]:  # moved, or written by the city only
        other["addresses"] = luck.choice(([], [{**other["addresses"][0], "lines": [], "postal_code": None}]))
    elif other["addresses"] and luck.random() < 0.3:
        other["addresses"] = [_rewritten(each) for each in other["addresses"]]
    if "birthday" in other["attributes"]:
        other["attributes"] = _born(luck, other["attributes"]["birthday"])
    if luck.random() < 0.3:
        other["attributes"].pop("tax_id", None)
    if not _recognizable(document, other):
        other["phones"], other["emails"] = list(document["phones"]), list(document["emails"])
    return other


def _recognizable(one: Document, other: Document) -> bool:
    """Whether anything but the name is left that a person could recognize the customer by."""
    return bool(
        {*one["phones"], *one["emails"]} & {*other["phones"], *other["emails"]}
        or (one["addresses"] and other["addresses"] and other["addresses"][0]["lines"])
        or one["attributes"].items() & other["attributes"].items()
    )


def named(person: Document, like: Document) -> Document:
    """Return a person with the family name of another, and its own given name."""
    family, romanized = like["family_name"], like["romanized"][1]
    if person["chinese"]:
        theirs = next(each[1] for each in names.SURNAMES if each[0] == family)
        mine = len(person["family_name"])
        changed = {
            "name": family + person["given_name"],
            "traditional": theirs + person["traditional"][mine:],
        }
    else:
        changed = {"name": f"{person['given_name']} {family}"}
    return {**person, **changed, "family_name": family, "romanized": (person["romanized"][0], romanized)}


def plain(word: str) -> str:
    """Return a word in ASCII letters."""
    bare = "".join(each for each in normalize("NFD", word.lower()) if each.isascii())
    return "".join(each for each in bare if each.isalpha())


def _renamed(luck: Random, document: Document) -> tuple[str, str | None, str | None]:
    name, family, given = document["name"], document["family_name"], document["given_name"]
    if luck.random() < 0.45:
        return name, family, given
    if document["kind"] == "organization":
        return _other_form(luck, document), None, None
    if document["chinese"]:
        return _chinese(luck, document)
    return _western(luck, document)


def _western(luck: Random, document: Document) -> tuple[str, str | None, str | None]:
    first, last = document["given_name"], document["family_name"]
    how = luck.random()
    if how < 0.25:
        return _slip(luck, document["name"]), None, None
    if how < 0.45:
        return (f"{last}, {first}" if luck.random() < 0.5 else f"{last} {first}"), None, None
    if how < 0.70:
        nick = luck.choice(short_forms(plain(first)) or full_names(plain(first))).capitalize()
        return f"{nick} {last}", last, nick
    if how < 0.80:
        return f"{first[0]}. {last}", last, None
    if how < 0.9:
        return f"{first} {last}".upper(), last, first
    spelled = {
        "ü": "ue",
        "ö": "oe",
        "ä": "ae",
        "ø": "oe",
        "ß": "ss",
        "é": "e",
        "è": "e",
        "á": "a",
        "ř": "r",
        "ł": "l",
    }
    return "".join(spelled.get(each, each) for each in f"{first} {last}"), last, first


def _chinese(luck: Random, document: Document) -> tuple[str, str | None, str | None]:
    name, family, given = document["name"], document["family_name"], document["given_name"]
    spoken, surname = document["romanized"]
    how = luck.random()
    if how < 0.35:
        return document["traditional"], None, None
    if how < 0.65:
        return (
            luck.choice((f"{surname} {spoken}", f"{spoken} {surname}", f"{surname}{spoken.lower()}")),
            None,
            None,
        )
    if how < 0.75:
        return given + family, None, None
    if how < 0.85:
        return luck.choice("小老") + family if luck.random() < 0.5 else "阿" + given[-1], None, None
    homophones = {
        "伟": "玮",
        "芳": "方",
        "静": "晶",
        "强": "墙",
        "明": "鸣",
        "杰": "洁",
        "磊": "蕾",
        "丽": "莉",
        "军": "君",
    }
    return "".join(homophones.get(each, each) for each in name), None, None


def _other_form(luck: Random, document: Document) -> str:
    name: str = document["name"]
    how = luck.random()
    if document["chinese"]:
        return (
            document["core"]
            if how < 0.4
            else name.replace("股份有限公司", "有限公司")
            if how < 0.7
            else name[2:]
        )
    core, _, form = name.rpartition(" ")
    if how < 0.35:
        return core
    if how < 0.7:
        return f"{core}, {names.FORMS[form]}"
    return f"{_slip(luck, core)} {form}"


def _slip(luck: Random, name: str) -> str:
    """Return a name with one letter left out, doubled, replaced, or swapped with the next."""
    at = luck.randrange(1, len(name) - 1)
    how = luck.randrange(4)
    if how == 0:
        return name[:at] + name[at + 1 :]
    if how == 1:
        return name[:at] + name[at] + name[at:]
    if how == 2:
        return name[:at] + luck.choice("aeinrst") + name[at + 1 :]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _dialled(luck: Random, phone: str) -> str:
    if luck.random() < 0.25:
        at = luck.randrange(4, len(phone))
        return phone[:at] + str((int(phone[at]) + luck.randint(1, 9)) % 10) + phone[at + 1 :]
    return phone[:5] + "".join(luck.choice("0123456789") for _ in phone[5:])


def _other_host(luck: Random, email: str) -> str:
    return f"{email.partition('@')[0]}@{luck.choice(names.MAIL)}"


def _rewritten(address: Document) -> Document:
    lines = [
        line.replace("Street", "St.").replace("Road", "Rd").replace("Avenue", "Ave.")
        for line in address["lines"]
    ]
    return {**address, "lines": lines, "postal_code": None}


def _born(luck: Random, day: str) -> Document:
    year, month, date = day.split("-")
    how = luck.random()
    if how < 0.25:
        return {}
    if how < 0.29 and int(date) <= 12:
        return {"birthday": f"{year}-{date}-{month}"}
    if how < 0.32:
        return {"birthday": f"{int(year) + 1}-{month}-{date}"}
    return {"birthday": day}
