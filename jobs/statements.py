"""The statements on a table of jobs; the database's clock decides about leases."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from jobs.tables import TIME, JobStatus
from shared.statements import Statement, json_object

SHOWN = (
    *("id", "version", "status", "progress", "parameters", "counts", "error"),
    *("requested_by", "requested_at", "started_at", "finished_at", "attempts"),
)
_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)
_EMPTY: sa.ColumnElement[Any] = sa.literal_column("'{}'::jsonb")
_NOW = sa.func.clock_timestamp(type_=TIME)
LAST_ID = sa.literal_column("'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid", sa.Uuid)


def is_(status: JobStatus) -> sa.ColumnElement[str]:
    """Return a status as SQL."""
    return sa.literal_column(f"'{status}'", sa.Text)


class Statements:
    """What is asked of one service's table."""

    def __init__(self, jobs: sa.Table) -> None:
        self._jobs, self._c = jobs, jobs.c
        c = self._c
        mine = (
            c.id == sa.bindparam("job", type_=sa.Uuid),
            c.status == is_(JobStatus.RUNNING),
            c.claim == sa.bindparam("token", type_=sa.Uuid),
        )
        leased = _NOW + sa.bindparam("lease", type_=sa.Interval)
        error = sa.bindparam("error", type_=sa.Text)
        self.ask = Statement(self._asked())
        self.give_up = Statement(
            self._ended(JobStatus.FAILED, error=error).where(
                c.status == is_(JobStatus.RUNNING),
                c.leased_until < _NOW,
                c.attempts >= sa.bindparam("attempts", type_=sa.Integer),
            )
        )
        self.claim = Statement(self._claimed(leased))
        self.beat = Statement(
            sa.update(jobs).values(leased_until=leased).where(*mine).returning(c.id)
        )  # no new version: nothing that anybody sees has changed
        self.save = Statement(
            self._changed(
                leased_until=leased,
                progress=sa.bindparam("progress", type_=sa.Float),
                checkpoint=sa.bindparam("checkpoint", type_=JSONB),
                counts=sa.bindparam("counts", type_=JSONB),
                attempts=_ONE,
            ).where(*mine)
        )
        self.finish = Statement(
            self._ended(
                JobStatus.DONE,
                progress=sa.literal_column("1.0", sa.Float),
                counts=sa.bindparam("counts", type_=JSONB),
            ).where(*mine)
        )
        self.fail = Statement(self._ended(JobStatus.FAILED, error=error).where(*mine))
        self.cancel = Statement(
            self._ended(JobStatus.CANCELLED).where(
                c.id == sa.bindparam("job", type_=sa.Uuid),
                sa.or_(c.status == is_(JobStatus.QUEUED), c.status == is_(JobStatus.RUNNING)),
            )
        )
        self._read()

    def _read(self) -> None:
        c = self._c
        self.one = Statement(self._shown().where(c.id == sa.bindparam("job", type_=sa.Uuid)))
        status = sa.bindparam("status", type_=sa.Text)
        self.page = Statement(
            self._shown()
            .where(
                c.id < sa.func.coalesce(sa.bindparam("last_id", type_=sa.Uuid), LAST_ID),
                sa.func.coalesce(c.status == status, sa.true()),
            )
            .order_by(c.id.desc())
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )

    def _asked(self) -> sa.Insert:
        given = {
            name: sa.bindparam(name, type_=self._c[name].type)
            for name in ("id", "kind", "parameters", "counts", "requested_by", "requested_at")
        }
        begun = {
            "version": _ONE,
            "status": is_(JobStatus.QUEUED),
            "progress": sa.literal_column("0.0", sa.Float),
        }
        return sa.insert(self._jobs).values(**given, **begun, checkpoint=_EMPTY)

    def _claimed(self, leased: sa.ColumnElement[Any]) -> Any:  # noqa: ANN401 - an update
        taken = {
            "status": is_(JobStatus.RUNNING),
            "claim": sa.bindparam("token", type_=sa.Uuid),
            "leased_until": leased,
            "started_at": sa.func.coalesce(self._c.started_at, _NOW),
            "attempts": self._c.attempts + _ONE,
        }
        return self._changed(**taken).where(self._c.id == self._next()).returning(self._jobs)

    def _next(self) -> Any:  # noqa: ANN401 - a scalar subquery
        """Return the job whose worker died, else the oldest queued one of a kind that nobody works on."""
        c, other = self._c, self._jobs.alias()
        busy = (
            sa.select(_ONE)
            .where(
                other.c.kind == c.kind, other.c.status == is_(JobStatus.RUNNING), other.c.leased_until >= _NOW
            )
            .exists()
        )
        dead = sa.and_(c.status == is_(JobStatus.RUNNING), c.leased_until < _NOW)
        return (
            sa.select(c.id)
            .where(
                c.kind == sa.any_(sa.bindparam("kinds", type_=sa.ARRAY(sa.Text))),
                sa.or_(c.status == is_(JobStatus.QUEUED), dead),
                ~busy,
            )
            .order_by(c.status.desc(), c.id)  # "running" before "queued"
            .limit(_ONE)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )

    def _shown(self) -> sa.Select[Any]:
        c = self._c
        data = json_object(**{name: c[name] for name in SHOWN}).label("data")
        kind = c.kind == sa.bindparam("kind", type_=sa.Text)
        return sa.select(c.id, c.version, c.status, data).where(kind)

    def _changed(self, **values: Any) -> Any:  # noqa: ANN401 - values of columns
        change = sa.update(self._jobs).values(version=self._c.version + _ONE, **values)
        return change.returning(self._c.id)

    def _ended(self, status: JobStatus, **values: Any) -> Any:  # noqa: ANN401 - as above
        return self._changed(
            status=is_(status), finished_at=_NOW, claim=sa.null(), leased_until=sa.null(), **values
        )
