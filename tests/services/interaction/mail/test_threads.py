"""Threads: the same mails make the same threads in whatever order they come."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.interaction.mail.addresses import Address
from services.interaction.mail.messages import Mail
from services.interaction.mail.owners import Own
from services.interaction.mail.subjects import fold
from services.interaction.mail.threads import Tied, tied, ties

OWN = Own.of(["sales@firm.example"])
AT = datetime(2026, 3, 2, tzinfo=UTC)


def mail(id_: str, *references: str, subject: str = "Offer", sender: str = "fang@customer.example") -> Mail:
    made = Mail(digest=id_, sha256=id_, size=1, message_id=id_, references=references, subject=subject)
    made.senders, made.to = [Address(sender)], [Address("sales@firm.example")]
    return made


def threads(mails: Sequence[Tied]) -> set[frozenset[int]]:
    """Put mails into threads one by one, as they arrive: by index."""
    found: list[set[int]] = []
    for at, each in enumerate(mails):
        mine = [thread for thread in found if any(tied(each, mails[other]) for other in thread)]
        found = [thread for thread in found if thread not in mine]
        found.append({at}.union(*mine))
    return {frozenset(thread) for thread in found}


@pytest.mark.parametrize(
    ("subject", "folded", "answers"),
    [
        ("Re: Offer", "offer", True),
        ("回复\uff1a答复: Re[2]: 转发\uff1a报价", "报价", True),
        ("AW: SV: WG: Angebot", "angebot", True),
        ("RE: [EXTERNAL] Fwd: [list] Offer (fwd)", "offer", True),
        ("自动回复\uff1a报价", "报价", True),
        ("\uff32\uff45\uff1aOffer", "offer", True),
        ("Regarding the offer", "regarding the offer", False),
        ("[list]", "[list]", False),
        ("Re:", "", True),
        ("", "", False),
    ],
)
def test_subjects_are_folded(subject: str, folded: str, answers: bool) -> None:  # noqa: FBT001 - a parameter
    assert fold(subject) == (folded, answers)


@pytest.mark.parametrize(
    ("one", "other", "days", "together"),
    [
        (mail("a@x.example"), mail("b@x.example", "a@x.example"), 400, True),
        (mail("a@x.example", "lost@x.example"), mail("b@x.example", "lost@x.example"), 1, True),
        (mail("a@x.example"), mail("b@x.example"), 1, False),
        (mail("a@x.example"), mail("b@x.example", subject="回复: OFFER"), 29, True),
        (mail("a@x.example"), mail("b@x.example", subject="Re: Offer"), 31, False),
        (mail("a@x.example"), mail("b@x.example", "c@x.example", subject="Re: Offer"), 1, False),
        (mail("a@x.example"), mail("b@x.example", subject="Re: Offer", sender="li@y.example"), 1, False),
        (mail("a@x.example", subject=""), mail("b@x.example", subject="Re:"), 1, False),
    ],
)
def test_what_ties_two_mails(one: Mail, other: Mail, days: int, together: bool) -> None:  # noqa: FBT001 - as above
    first, second = ties(one, OWN, AT), ties(other, OWN, AT + timedelta(days=days))
    assert tied(first, second) is tied(second, first) is together


def test_an_answer_of_ours_is_between_the_same_people() -> None:
    answer = mail("b@firm.example", subject="Re: Offer", sender="sales@firm.example")
    answer.to = [Address("fang@customer.example")]
    assert tied(ties(mail("a@x.example"), OWN, AT), ties(answer, OWN, AT))


def test_a_long_list_of_references_is_kept_at_both_ends() -> None:
    long = mail("z@x.example", *(f"{n}@x.example" for n in range(1000)))
    marks = ties(long, OWN, AT).marks
    assert len(marks) == 100
    assert {"z@x.example", "0@x.example", "999@x.example"} <= set(marks)


mails = st.builds(
    lambda id_, references, subject, day: ties(
        mail(f"{id_}@x.example", *(f"{n}@x.example" for n in references), subject=subject),
        OWN,
        AT + timedelta(days=day),
    ),
    st.integers(0, 30),
    st.lists(st.integers(0, 30), max_size=2),
    st.sampled_from(["Offer", "Re: Offer", "Order", "回复: Order", "Fwd: Price"]),
    st.integers(0, 120),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(mails, max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(arrived: list[Tied], luck: random.Random) -> None:
    order = list(range(len(arrived)))
    luck.shuffle(order)
    again = threads([arrived[at] for at in order])
    assert threads(arrived) == {frozenset(order[at] for at in thread) for thread in again}
