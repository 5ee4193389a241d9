"""What scoring has received, as callers see it."""

from shared.schemas import Instant, MoneyRead, Read


class FeedStatus(Read):
    """How far a followed feed has been applied; `snapshot` while it is first copied."""

    source: str
    snapshot: bool
    updated_at: Instant


class ScoringStatus(Read):
    """What has arrived; with `identity_system`, of the customers who have an identity in that system.

    `customers` are known customers, `orders` and `money` what counts as purchases, in the currencies in which
    they came. `unmatched`: purchases under ids of which customer has told nothing yet. `waiting`: ids whose
    score is to be computed again.
    """

    customers: int
    orders: int
    money: list[MoneyRead]
    unmatched: int
    waiting: int
    feeds: list[FeedStatus]
