"""References: an id or a name, and nothing else."""

from uuid import UUID

import pytest

from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.references import Reference

ID = "01890a5d-ac96-774b-bcce-b302099a8057"


def test_an_id_is_read() -> None:
    assert Reference.read(ID).parameters() == {"id": UUID(ID)}


def test_a_name_may_hold_anything_behind_its_system() -> None:
    assert Reference.read("erp:a:b/c %").parameters() == {"system": "erp", "kind": "", "name": "a:b/c %"}


@pytest.mark.parametrize("text", ["", "x", "erp:", ":1", ID[:-1], f"{{{ID}}}", ID.replace("-", "")])
def test_anything_else_names_nobody(text: str) -> None:
    with pytest.raises(CustomerNotFound):
        Reference.read(text)
