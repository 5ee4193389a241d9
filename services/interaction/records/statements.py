"""The statements that write records of one kind, built from its table."""

from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnClause,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from feed.write import entries, entry
from services.interaction.base import FEED, IDEMPOTENCY
from services.interaction.identities.models import ExternalIdentity, Identity
from services.interaction.identities.queries import WHO
from services.interaction.records.kinds import Kind
from services.interaction.sources.models import SourceKey
from shared.statements import Shown, Statement, Visible, visible
from web.idempotency import keep

WRITING = "decides what a write does; its caller judges what the principal may touch"


class Statements:
    """The statements of a kind, each compiled when first used.

    A row has the table's columns, `owner_before` and `department_before` for the feed, and `diff` if it is a
    change. `record` and `straight` take one row as parameters, `create` and `change` take many as one JSON
    array, `rows`.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.model: Any = kind.model
        self.table: Any = kind.model.__table__
        self.columns = [c.name for c in self.table.columns]
        self.type = f"{kind.name}.{kind.created}"
        self._straight: dict[tuple[bool, bool], Shown] = {}

    @cached_property
    def create(self) -> Statement:
        """Insert new records, whose source keys are claimed; gives how many were inserted."""
        given = self._given()
        made = self._made(given)
        told = entries(FEED, self._changed(made, given), self.type)
        return Statement(select(func.count()).select_from(made).add_cte(*told), unguarded=WRITING)

    @cached_property
    def record(self) -> Shown:
        """Claim a new record's source key, insert it and give its JSON; nothing if the key is taken."""
        given, made = self._new()
        told = entry(FEED, self._changed(made, given), self.type)
        return Shown(self._read(made).add_cte(*told), unguarded=WRITING)

    def straight(self, *, named: bool, keyed: bool) -> Shown:
        """Do what `record` does about a customer who is known here; nothing about anybody else.

        The customer is the parameters `who_system` and `who_name`, or `who_id`. With the parameters of `keep`
        the answer is kept under an Idempotency-Key; one that was used before violates its uniqueness.
        """
        if (named, keyed) not in self._straight:
            given, made = self._new(_known(named=named))
            shown = self._read(made).add_columns(made.c.id, made.c.version).cte("shown")
            kept = keep(IDEMPOTENCY, shown) if keyed else None
            told = entry(FEED, self._changed(made, given, after=kept), self.type)
            done = Shown(select(shown.c.data).add_cte(*told), unguarded=WRITING)
            self._straight[named, keyed] = done
        return self._straight[named, keyed]

    @cached_property
    def change(self) -> Statement:
        """Give locked records new content and versions."""
        given = self._given()
        kept = ("id", "customer_id", "created_at", "recorded_by", "source_system", "source_id")
        values = {name: given.c[name] for name in self.columns if name not in kept}
        made = (
            update(self.table)
            .where(*(c == given.c[c.name] for c in self.table.primary_key.columns))
            .values(values)
            .returning(
                self.table.c.id.label("subject"),
                self.table.c.version,
                given.c.diff,
                given.c.owner_before.label("owner"),
                given.c.department_before.label("department"),
            )
            .cte("made")
        )
        told = entries(FEED, made, f"{self.kind.name}.updated")
        return Statement(select(func.count()).select_from(made).add_cte(*told), unguarded=WRITING)

    @cached_property
    def held(self) -> Statement:
        """Lock the stored records with the given ids, in the order of their ids, with whom they belong to."""
        wanted = select(self.table).where(self.table.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
        if self.kind.of_customer:
            whose = Identity.original_id == self.model.customer_id
            wanted = wanted.add_columns(*WHO).join_from(self.table, Identity, whose)
        locked = wanted.order_by(self.table.c.id).with_for_update(key_share=True, of=self.table)
        return Statement(locked, unguarded=WRITING, clear=WRITING)

    @cached_property
    def one(self) -> Visible:
        """Select the JSON and the version of one record that the principal sees."""
        return visible(self.rendered().where(self.model.id == bindparam("id", type_=Uuid)), self.model)

    @cached_property
    def told(self) -> Visible:
        """Select records for readers of the feed: `id`, `version`, `deleted` and `data`."""
        return visible(self.rendered().add_columns(false().label("deleted")), self.model)

    def rendered(self) -> Select[Any]:
        """Select `id`, `version` and the JSON, `data`, of records, ready to be narrowed."""
        shown = select(
            self.model.id, self.model.version, self.kind.rendering(self.model, Identity).label("data")
        )
        if not self.kind.of_customer:
            return shown
        return shown.join_from(self.model, Identity, Identity.original_id == self.model.customer_id)

    def _new(self, who: CTE | None = None) -> tuple[CTE, CTE]:
        """Insert the record that the parameters describe, if its source key is free; of `who`, if given."""
        known = who.c if who is not None else ()
        columns = [c for c in self._columns() if c.name not in known]
        row = select(*known, *(bindparam(c.name, type_=c.type).label(c.name) for c in columns))
        given = row.cte("given")
        return given, self._made(given, self._claimed(given))

    def _read(self, made: CTE) -> Select[Any]:
        """Select the JSON of a new record, `data`."""
        shown = select(self.kind.rendering(made.c, Identity).label("data"))
        if not self.kind.of_customer:
            return shown
        return shown.join_from(made, Identity, Identity.original_id == made.c.customer_id)

    def _columns(self) -> list[ColumnClause[Any]]:
        before = [column("owner_before", Text), column("department_before", Text)]
        return [*(column(c.name, c.type) for c in self.table.columns), *before]

    def _given(self) -> CTE:
        columns = (*self._columns(), column("diff", JSONB))
        rows = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(*columns)
        return select(rows.render_derived(name="x", with_types=True)).cte("given")

    def _made(self, given: CTE, claimed: CTE | None = None) -> CTE:
        rows = select(*(given.c[name] for name in self.columns))
        if claimed is not None:
            rows = rows.where(or_(given.c.source_id.is_(None), given.c.id.in_(select(claimed.c.record_id))))
        return (
            insert(self.table)
            .from_select(self.columns, rows)
            .on_conflict_do_nothing(index_elements=list(self.table.primary_key.columns))
            .returning(*self.table.columns)
            .cte("made")
        )

    def _changed(self, made: CTE, given: CTE, *, after: CTE | None = None) -> CTE:
        """Return what the feed wants to know of new records; `after` is done first, which may wait."""
        changed = select(
            made.c.id.label("subject"),
            made.c.version,
            cast(literal_column("'{}'"), JSONB).label("diff"),
            given.c.owner_before.label("owner"),
            given.c.department_before.label("department"),
        ).join_from(made, given, given.c.id == made.c.id)
        return (changed if after is None else changed.where(select(after).exists())).cte("changed")

    def _claimed(self, given: CTE) -> CTE:
        whose = given.c.customer_id if self.kind.of_customer else null()
        keys = select(given.c.source_system, given.c.source_id, literal(self.kind.name), given.c.id, whose)
        return (
            insert(SourceKey)
            .from_select(
                ["system", "source_id", "kind", "record_id", "customer_id"],
                keys.where(given.c.source_id.is_not(None)),
            )
            .on_conflict_do_nothing()
            .returning(SourceKey.record_id)
            .cte("claimed")
        )


def _known(*, named: bool) -> CTE:
    """Select the customer whom the parameters of `straight` mean: what a row says about its customer."""
    who = select(
        Identity.original_id.label("customer_id"),
        Identity.owner.label("owner_before"),
        Identity.department.label("department_before"),
    ).where(~Identity.deleted)
    if not named:
        return who.where(Identity.original_id == bindparam("who_id", type_=Uuid)).cte("who")
    name = (
        ExternalIdentity.system == bindparam("who_system", type_=Text),
        ExternalIdentity.external_id == bindparam("who_name", type_=Text),
    )
    its = ExternalIdentity.customer_id == Identity.original_id
    return who.join(ExternalIdentity, its).where(*name).cte("who")
