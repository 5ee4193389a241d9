"""What a program does with the generated client; GUANXI_URL and GUANXI_KEY name the system."""

import os
import uuid
from datetime import UTC, datetime
from http import HTTPStatus

from guanxi_client import AuthenticatedClient
from guanxi_client.api.customers import create_customer, get_customer, get_customer_overview, update_customer
from guanxi_client.api.interactions import create_interaction
from guanxi_client.api.orders import create_order, list_orders
from guanxi_client.models import (
    CustomerCreate,
    CustomerRead,
    CustomerUpdate,
    Direction,
    Identity,
    InteractionCreate,
    InteractionRead,
    OrderCreate,
    OrderItem,
    OrderLine,
    OrderPage,
    OrderRead,
    OverviewRead,
    Problem,
    SourceKey,
)
from guanxi_client.types import UNSET, Unset

PROBLEMS = "https://guanxi.dev/problems/"


class RefusedError(Exception):
    """The API answered with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def customer(client: AuthenticatedClient, erp_id: str) -> CustomerRead:
    """Create a customer that the ERP knows."""
    body = CustomerCreate(name="张伟", identities=[Identity(system="erp", id=erp_id)], region="East")
    made = create_customer.sync(client=client, body=body, idempotency_key=uuid.uuid4().hex)
    if not isinstance(made, CustomerRead):
        raise refused(made)
    return made


def history(client: AuthenticatedClient, known: CustomerRead) -> list[str]:
    """Record a call and three orders; return the ids of the orders."""
    call = InteractionCreate(
        customer=known.id,
        channel="phone",
        direction=Direction.INBOUND,
        occurred_at=datetime.now(UTC),
        subject="Where is my order?",
    )
    told = create_interaction.sync(client=client, body=call)
    if not isinstance(told, InteractionRead):
        raise refused(told)
    made = []
    for number in range(3):
        order = OrderCreate(
            customer=known.id,
            source=SourceKey(system="erp", id=f"{known.id}-{number}"),
            placed_at=datetime.now(UTC),
            currency="CNY",
            lines=[OrderLine(amount="29.33", quantity="2")],
        )
        placed = create_order.sync(client=client, body=order)
        if not isinstance(placed, OrderRead):
            raise refused(placed)
        made.append(str(placed.id))
    return made


def orders(client: AuthenticatedClient, known: CustomerRead) -> list[str]:
    """Return the ids of a customer's orders, page by page."""
    found: list[str] = []
    cursor: str | Unset = UNSET
    while True:
        page = list_orders.sync(client=client, customer=str(known.id), limit=2, cursor=cursor)
        if not isinstance(page, OrderPage):
            raise refused(page)
        found += [str(order.id) for order in page.items]
        if page.next_ is None:
            return found
        cursor = page.next_


def renamed(client: AuthenticatedClient, known: CustomerRead, name: str) -> CustomerRead:
    """Rename a customer; whoever comes second reads again and tries once more."""
    version = known.version
    while True:
        patch = CustomerUpdate(name=name)
        answer = update_customer.sync(str(known.id), client=client, body=patch, if_match=f'"{version}"')
        if isinstance(answer, CustomerRead):
            return answer
        if not isinstance(answer, Problem) or answer.code != "precondition_failed":
            raise refused(answer)
        if isinstance(answer.current_version, Unset):
            raise TypeError("412 names the current version")
        version = answer.current_version


def refused(answer: object) -> Exception:
    """Return the error for an answer that is not what was asked for."""
    return RefusedError(answer) if isinstance(answer, Problem) else TypeError(type(answer))


def main() -> None:
    """Do everything once, and check it."""
    address, key = os.environ["GUANXI_URL"], os.environ["GUANXI_KEY"]
    with AuthenticatedClient(base_url=address, token=key, raise_on_unexpected_status=True) as client:
        known = customer(client, uuid.uuid4().hex)
        made = history(client, known)
        assert sorted(orders(client, known)) == sorted(made)
        overview = get_customer_overview.sync(str(known.id), client=client)
        assert isinstance(overview, OverviewRead)
        assert overview.customer is not None
        assert overview.customer.id == known.id
        assert overview.timeline is not None
        assert len(overview.timeline.items) == 4
        sums = [item.data.total.amount for item in overview.timeline.items if isinstance(item, OrderItem)]
        assert sums == ["29.33"] * 3
        first = renamed(client, known, "张伟明")
        assert renamed(client, known, "Zhang Wei").version == first.version + 1, "412 was not handled"
        missing = get_customer.sync_detailed(str(uuid.uuid4()), client=client)
        assert missing.status_code is HTTPStatus.NOT_FOUND
        assert isinstance(missing.parsed, Problem)
        assert missing.parsed.type_ == PROBLEMS + "not_found"


if __name__ == "__main__":
    main()
