"""What counts in a balance, and that it adds up exactly, whatever the currencies."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.interaction.accounts.balance import Entry, Item, balances, counted, in_one_currency
from services.interaction.rates.conversion import Rates

ORDER, RETURN, DAY = UUID(int=1), UUID(int=2), date(2026, 3, 1)


def entry(item: str, amount: str, currency: str = "CNY", **more: object) -> Entry:
    return Entry(Item(item), Decimal(amount), currency, DAY, **{"order_id": ORDER, **more})  # type: ignore[arg-type]  # as given


def opened(*entries: Entry) -> list[tuple[str, str]]:
    return [(each["currency"], each["open"]) for each in balances(counted(entries))]


def test_what_was_returned_credited_and_paid_is_not_open() -> None:
    sold = entry("ordered", "100", status="confirmed")
    assert opened(sold, entry("returned", "10.5"), entry("credited", "0.25", status="issued")) == [
        ("CNY", "89.25")
    ]
    assert opened(sold, entry("paid", "120")) == [("CNY", "-20.00")]


def test_a_credit_note_for_a_return_stands_in_for_it() -> None:
    sold, back = entry("ordered", "100", status="shipped"), entry("returned", "30", return_id=RETURN)
    note = entry("credited", "25", status="issued", return_id=RETURN)
    assert opened(sold, back, note) == [("CNY", "75.00")]
    gone = entry("credited", "25", status="cancelled", return_id=RETURN)
    assert opened(sold, back, gone) == [("CNY", "70.00")]


def test_a_cancelled_order_is_not_owed_and_what_was_paid_is_owed_back() -> None:
    sold, back = entry("ordered", "100", status="cancelled"), entry("returned", "30", return_id=RETURN)
    assert opened(sold, back, entry("paid", "40")) == [("CNY", "-40.00")]


def test_each_currency_has_its_balance() -> None:
    found = opened(
        entry("ordered", "1", "USD", status="draft"), entry("paid", "2", "USD"), entry("paid", "1")
    )
    assert found == [("CNY", "-1.00"), ("USD", "-2.00")]


def test_what_has_no_rate_is_named_and_not_guessed() -> None:
    rates = Rates()
    rates.add("USD", "CNY", DAY, Decimal(7))
    entries = [entry("ordered", "10", "USD", status="confirmed"), entry("paid", "3", "EUR")]
    found = in_one_currency(entries, rates, "CNY")
    assert (found["ordered"], found["paid"], found["open"]) == ("70.00", "0.00", "70.00")
    assert found["missing_rates"] == [{"currency": "EUR", "day": DAY}]


_entries = st.builds(
    lambda item, cents, currency, status: entry(item, str(Decimal(cents) / 100), currency, status=status),
    st.sampled_from(list(Item)),
    st.integers(-(10**9), 10**9),
    st.sampled_from(["CNY", "USD", "JPY"]),
    st.sampled_from(["confirmed", "issued"]),
)


@given(st.lists(_entries, max_size=40))
def test_balances_are_exact(entries: list[Entry]) -> None:
    cents = {each["currency"]: int(Decimal(each["open"]) * 100) for each in balances(counted(entries))}
    wanted = dict.fromkeys(cents, 0)
    for each in entries:
        wanted[each.currency] += int(each.amount * 100) * (1 if each.item is Item.ORDERED else -1)
    assert cents == wanted
