"""Whatever a name is: each of its forms is met by the keys of a customer of that name, and so is one slip."""

from hypothesis import given
from hypothesis import strategies as st

from services.customer.keys.open import open_keys
from services.customer.names.folding import HAN_RUN
from services.customer.names.forms import forms_of
from services.customer.search.matches import match
from services.customer.search.questions import tiers
from services.customer.search.typos import LONGEST, SHORTEST

HAN = st.text("王李张刘曾单仇解查区朴欧阳司马万俟尉迟伟芳娜敏静國藩麗偉婷乐重行长", min_size=2, max_size=4)
LATIN = st.text("abcdefghijklmnoprstuvwyzäöüßéøłñ", min_size=2, max_size=12).map(str.title)
OTHER = st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=3, max_size=10).map(str.title)
NAMES = HAN | st.lists(LATIN, min_size=1, max_size=3).map(" ".join) | OTHER


def meets(name: str, question: str) -> str | None:
    """Return the form in which a customer of the name meets a question."""
    fields = {"given_name": None, "family_name": None, "identities": [], "tags": [], "masked": ["attributes"]}
    found = match({"name": name, **fields}, tiers(question, "CN", personal=False))
    return None if found is None else str(found["form"])


@given(NAMES)
def test_every_form_of_a_name_meets_it(name: str) -> None:
    forms = forms_of(name)
    assert meets(name, name) == "exact"
    written = [forms.folded, *forms.pinyin, *forms.turned, *forms.initials, *forms.latin]
    parts = [part for run in HAN_RUN.findall(forms.folded) for part in (*run, run[:2])]
    for question in filter(None, (*written, *parts, name.upper(), f" {name} ")):
        assert meets(name, question), question
    assert meets(name, " ".join(reversed(name.split())))


@given(LATIN, st.data())
def test_one_slip_meets_it_too(name: str, data: st.DataObject) -> None:
    word = forms_of(name).latin[0]
    if not SHORTEST < len(word) < LONGEST:
        return
    at = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("abcxyz"))
    for slip in (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ):
        assert meets(name, slip), slip


@given(st.text(max_size=40))
def test_keys_are_short_and_of_one_line(name: str) -> None:
    keys = list(
        open_keys({"name": name, "given_name": None, "family_name": None, "identities": [], "tags": []})
    )
    assert all(key.field == "name" and key.value == name for key in keys)
    assert all("\n" not in key.text for key in keys)


@given(st.text(max_size=300), st.booleans())
def test_any_string_is_a_question(question: str, personal: bool) -> None:  # noqa: FBT001 - drawn
    for tier in tiers(question, "CN", personal=personal):
        assert tier.clauses
        assert all(clause.parts and all(clause.parts) for clause in tier.clauses)
        assert personal or not any(clause.personal for clause in tier.clauses)
