"""What callers send and get about duplicates."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from jobs.schemas import JobRead
from services.customer.customers.likeness import DuplicateEvidence, DuplicateFound, OnDuplicate
from shared.schemas import Body, Flag, Instant, Read, example
from web.bodies import kept

Probability = Annotated[float, Field(gt=0, lt=1, examples=[0.9])]


class DuplicateStatus(StrEnum):
    """Where a pair stands: to be decided, never the same, or merged into one customer."""

    OPEN = "open"
    DISMISSED = "dismissed"
    MERGED = "merged"


class FoundBy(StrEnum):
    """What found a pair."""

    RUN = "run"
    WRITE = "write"


class DuplicateRead(Read):
    """Two customers that may be one.

    `customers` are who the two records are now, `records` the ids with which they were found. `score` is in
    bits, the sum of the reasons: log2 of the odds; `probability` says the same from 0 to 1. The customers of
    all pairs with one `cluster_id` are one. `certain`: the probability is at or above that setting.
    """

    id: UUID
    version: int
    status: DuplicateStatus
    customers: list[UUID] = Field(min_length=2, max_length=2)
    records: list[UUID] = Field(min_length=2, max_length=2)
    score: float
    probability: float = Field(ge=0, le=1)
    certain: bool
    reasons: list[DuplicateEvidence]
    cluster_id: UUID | None
    found_by: FoundBy
    created_at: Instant
    updated_at: Instant


class DuplicatePage(Read):
    """Pairs, the likeliest first."""

    items: list[DuplicateRead]
    next: str | None


class DuplicateCandidates(Read):
    """Who may be the same as one customer, the likeliest first."""

    items: list[DuplicateFound]


class DuplicateSettingsUpdate(Body):
    """Settings; what is absent stays. `weights_from`: the run whose weights are used, null for none."""

    model_config = example(on_write="warn", review=0.7, certain=0.95)

    on_write: OnDuplicate = kept()
    review: Probability = kept()
    certain: Probability = kept()
    weights_from: UUID | None = None


class DuplicateSettingsRead(Read):
    """Settings: from the probability `review` on a pair is shown, from `certain` on it is marked so."""

    id: UUID
    version: int
    on_write: OnDuplicate
    review: float
    certain: float
    weights_from: UUID | None
    updated_at: Instant


class DuplicateRunCreate(Body):
    """A look for duplicates over all customers; the weights that it learns, if it does, are then in use."""

    model_config = example(learn=True)

    learn: Flag = True


class DuplicateRunParameters(Read):
    """What a run was asked for."""

    learn: bool


class DuplicateLearnt(Read):
    """What the weights were learnt from: so many pairs, in so many rounds; of none where nothing was learnt.

    `shares` has for each rule which part of its pairs are the same, relatives, and strangers.
    """

    pairs: int
    rounds: int
    shares: dict[str, list[float]]


class DuplicateCut(Read):
    """What a rule left out of so many blocks, records and pairs, because too many share a key."""

    rule: str
    blocks: int
    records: int
    pairs: int
    pairs_left_out: int


class DuplicateRunCounts(Read):
    """`customers` and `pairs` compared, `found` at or above the threshold, and `clusters` of them."""

    customers: int
    blocks_cut: list[DuplicateCut]
    learnt: DuplicateLearnt
    pairs: int
    found: int
    clusters: int


class DuplicateRunRead(JobRead[DuplicateRunParameters, DuplicateRunCounts]):
    """A look for duplicates over all customers."""


class DuplicateRunPage(Read):
    """Runs, newest first."""

    items: list[DuplicateRunRead]
    next: str | None
