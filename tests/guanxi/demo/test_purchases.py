"""The example data as the API takes them."""

from decimal import Decimal
from pathlib import Path

import pytest

from guanxi.demo.purchases import FILE, Purchases, batches


def test_the_sample_is_the_one_of_the_literature() -> None:
    purchases = Purchases.read()
    assert (len(purchases.customers), len(purchases.orders)) == (2357, 6919)
    assert purchases.money == Decimal("244091.94")
    assert purchases.customers[0]["identities"] == [{"system": "cdnow", "id": "00004"}]
    assert purchases.orders[0]["lines"] == [{"quantity": "2", "amount": "29.33"}]


def test_every_row_has_an_id_of_its_own_that_stays_with_it(tmp_path: Path) -> None:
    lines = FILE.read_text().splitlines()
    ids = [order["source"]["id"] for order in Purchases.read().orders]
    assert len(set(ids)) == len(ids)
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("\n".join([lines[0], *lines[500:]]) + "\n")
    assert [order["source"]["id"] for order in Purchases.read(fewer).orders][10:] == ids[509:]


@pytest.mark.parametrize(("size", "expected"), [(1000, [1000, 1000, 357]), (2357, [2357]), (5000, [2357])])
def test_batches_hold_every_row_once_in_order(size: int, expected: list[int]) -> None:
    rows = Purchases.read().customers
    cut = list(batches(rows, size))
    assert [len(batch) for batch in cut] == expected
    assert [row for batch in cut for row in batch] == list(rows)
