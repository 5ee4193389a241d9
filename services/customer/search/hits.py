"""The statement of a search by a string: who meets its tiers, the best first, then the newest."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from filters.conditions import Shape, condition
from services.customer.customers.models import Customer
from services.customer.customers.queries import RECORD
from services.customer.search.fields import fields
from services.customer.search.meeting import SAMPLE, Number, Which, meets, worthwhile
from shared.auth import Visibility
from shared.statements import Visible, visible

SHAPES = 500  # statements kept, as for filters
WINDOW = 6_000  # customers to look through, at most
SPARE = 1.5  # pages that the window has to promise
_LIVE, _ID = Customer.deleted_at.is_(None), Customer.id
_PLACE = (Customer.created_at, _ID)
_NAMED = (Customer.created_at.label("at"), _ID)
_TIME = DateTime(timezone=True)
_TIERS = [literal_column(str(number), Integer) for number in range(1, 5)]  # of one search, at most
_EVER: ColumnElement[Any] = literal_column("'infinity'::timestamptz", _TIME)


@lru_cache(SHAPES)
def hits(shape: Shape, visibility: Visibility, *, personal: bool) -> Visible:
    """Return the first `limit` customers that meet a tier from the `first` on, of that one behind a place.

    The tiers are the parameters that `meeting` tells of; they count from 1. A row is the number of the first
    `tier` that a customer meets, its place `at` and `id`, and `data`.
    """
    best = _Search(shape, visibility, personal=personal).best().subquery("best")
    shown = select(best, RECORD.label("data")).join(Customer, best.c.id == _ID)
    return visible(shown.order_by(*_order(best.c)), of=Customer)


class _Search:
    """The parts of the statement.

    A common key has tens of thousands of holders of whom a page needs twenty; a rare one has few, anywhere.
    No estimate of the planner's has to tell which: if a `sample` of the newest customers promises a page of
    some tier, that one is read from the newest. The others are read from the indexes of keys, one after the
    other, while the page has room; none where the sample is of all whom the principal sees.
    """

    def __init__(self, shape: Shape, visibility: Visibility, *, personal: bool) -> None:
        self.personal, self.wanted = personal, condition(shape, fields(""))
        self.seen = true() if visibility is Visibility.ALL else Customer.visible_to(visibility)
        self.limit, self.first = _unseen("limit", Integer), _unseen("first", Integer)
        self.last_at, self.last_id = _unseen("last_at", _TIME), _unseen("last_id", Uuid())
        self.last = tuple_(self.last_at, self.last_id)
        self.sample = self._sample().cte("sample")
        self.many = _count(self.sample) >= _number(SAMPLE)

    def best(self) -> Select[Any]:
        """Return `tier`, `at` and `id` of the hits."""
        near = self._near(self._common().cte("common").c.tier).cte("near")
        full = select(func.min(near.c.tier)).having(func.count() >= self.limit).scalar_subquery()
        end = func.coalesce(full, _number(len(_TIERS) + 1))
        far, room = list[CTE](), self.limit > _number(0)
        for tier in _TIERS:
            asked = and_(self.many, tier >= self.first, tier < end, room)
            far.append(self._far(tier, asked).cte(f"far_{tier}"))
            room = sum(map(_count, far), _number(0)) < self.limit
        found = union_all(self._few(), select(near).where(full.is_not(None)), *map(select, far)).subquery()
        return select(found).order_by(*_order(found.c)).limit(self.limit)

    def _sample(self) -> Select[Any]:
        """Return some of the newest customers, with the first tier that each meets, or null."""
        nothing = self._meets(lambda _: true()).is_not(true())
        met = ((self._meets(_is(tier)), tier) for tier in _TIERS)
        tier = case((nothing, null()), *met).label("tier")
        return self._newest(_number(SAMPLE), tier, self.wanted.label("wanted"))

    def _few(self) -> Select[Any]:
        """Return the hits among all whom the principal sees, if they are in the sample."""
        row = self.sample.c
        behind = or_(row.tier > self.first, tuple_(row.at, row.id) < self.last)
        few = select(row.tier, row.at, row.id).where(row.wanted, row.tier >= self.first, behind)
        return few.where(self.many.is_not(true()))

    def _common(self) -> Select[Any]:
        """Return the first tier of which the newest customers promise more than a page, or null."""
        row = self.sample.c
        enough = func.count() * _number(WINDOW) >= self.limit * _number(int(SAMPLE * SPARE))
        some = select(row.tier).where(self.many, row.wanted, row.tier >= self.first)
        common = some.group_by(row.tier).having(enough).subquery()
        return select(func.min(common.c.tier).label("tier"))

    def _near(self, common: Number) -> Select[Any]:
        """Return a page of the common tier, from the newest."""
        tier = select(common).scalar_subquery()
        window = select(case((common.is_not(None), _number(WINDOW)), else_=_number(0))).scalar_subquery()
        start = select(case((common == self.first, self.last_at), else_=_EVER)).scalar_subquery()
        met = and_(self.wanted, self._meets(_is(tier)), self._meets(_before(tier)).is_not(true()))
        newest = self._newest(window, met.label("met"), behind=tuple_(start, self.last_id))
        row = newest.subquery("newest").c
        page = select(tier.label("tier"), row.at, row.id).where(row.met)
        return page.order_by(row.at.desc(), row.id.desc()).limit(self.limit)

    def _far(self, tier: Number, asked: ColumnElement[bool]) -> Select[Any]:
        """Return all who meet a tier and none before, from the indexes of keys, if it is asked for."""
        better = self._meets(_before(tier)).is_not(true())
        behind = or_(tier > self.first, tuple_(*_PLACE) < self.last)
        hit = and_(self.seen, better, behind).label("hit")  # no condition, or its index might seem better
        met = meets(Customer, _is(tier), personal=self.personal, by=worthwhile)
        keyed = select(hit, *_NAMED).where(asked, _LIVE, met, self.wanted)
        row = keyed.cte(f"keyed_{tier}").prefix_with("materialized").c
        return select(tier.label("tier"), row.at, row.id).where(row.hit)

    def _newest(self, many: Number, *told: ColumnElement[Any], behind: Any = None) -> Select[Any]:  # noqa: ANN401 - a tuple
        """Return the newest customers that the principal sees, whether they are hits or not."""
        newest = select(*told, *_NAMED).where(_LIVE, self.seen)
        placed = newest if behind is None else newest.where(tuple_(*_PLACE) < behind)
        return placed.order_by(*(each.desc() for each in _PLACE)).limit(many)

    def _meets(self, which: Which) -> ColumnElement[bool]:
        return meets(Customer, which, personal=self.personal)


def _is(tier: Number) -> Which:
    return lambda each: each == tier


def _before(tier: Number) -> Which:
    return lambda each: each < tier


def _count(rows: CTE) -> Number:
    return select(func.count()).select_from(rows).scalar_subquery()


def _order(row: Any) -> tuple[ColumnElement[Any], ...]:  # noqa: ANN401 - the columns of a subquery
    return row.tier, row.at.desc(), row.id.desc()


def _unseen(parameter: str, type_: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a type of SQLAlchemy's
    """Return a parameter whose value the planner does not look at.

    One plan serves every search, and costs as much to make as to run: so PostgreSQL keeps it.
    """
    return select(cast(bindparam(parameter, type_=type_), type_)).scalar_subquery()


def _number(value: int) -> Number:
    return literal_column(str(value), Integer)
