"""What is typed into a search: names as the loaded customers have them, in every script, and with slips."""

import random
from collections.abc import Callable
from urllib.parse import quote

from bench.dataset import SEED
from bench.lines import FIRST, LAST, person
from services.customer.names.forms import forms_of

MANY = 1_000
PAGE = 20


def names(_: object = None) -> list[str]:
    """Return paths of searches for names: whole, one character, pinyin, initials, words, beginnings."""
    draws = random.Random(SEED)
    return _paths([_written(draws) for _ in range(MANY)])


def pairs(_: object = None) -> list[str]:
    """Return paths of searches for two Chinese characters."""
    draws = random.Random(SEED)
    return _paths([_chinese(draws)[:2] for _ in range(MANY)])


def slips(_: object = None) -> list[str]:
    """Return paths of searches for Latin names that are misspelt, so that nobody is called like that."""
    draws = random.Random(SEED)
    return _paths([f"{draws.choice(FIRST)} {_misspelt(draws)}" for _ in range(MANY)])


def _paths(questions: list[str]) -> list[str]:
    return [f"/v1/customers?limit={PAGE}&q={quote(question)}" for question in questions]


def _written(draws: random.Random) -> str:
    forms = forms_of(_chinese(draws))
    pinyin, (given, family) = forms.pinyin[0], (draws.choice(FIRST), draws.choice(LAST))
    ways: list[Callable[[], str]] = [
        lambda: forms.han,
        lambda: forms.han[-1],
        lambda: pinyin,
        lambda: forms.turned[0],
        lambda: pinyin[:6],
        lambda: forms.initials[0],
        lambda: f"{family} {given}",
        lambda: family[:4],
    ]
    return draws.choice(ways)()


def _chinese(draws: random.Random) -> str:
    return person((3 * draws.randrange(1 << 20) + 1, draws.randrange(1 << 30)))[0]


def _misspelt(draws: random.Random) -> str:
    """Return a family name with a letter less."""
    name = draws.choice([each for each in LAST if len(each) > 5])
    at = draws.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1 :]
