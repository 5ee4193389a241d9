"""SQLAlchemy Core statements, compiled once and run through asyncpg."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar, Protocol

from asyncpg import Connection, Pool, Record
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    CompoundSelect,
    Executable,
    Select,
    Table,
    func,
    literal_column,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import JSON

from shared.auth import Principal, Visibility
from shared.errors import MaskedField
from shared.masking import Dialect, Either, named, personal, shows

Runner = Pool | Connection | PoolConnectionProxy
Step = tuple[str, Callable[[Any], Any] | None, tuple[Any] | None]
BY_RIGHTS = "the principal may read it"
_CLEAR, _MASKING = Dialect(), Dialect()  # type: ignore[no-untyped-call]
_MASKING.masks = True


class Guarded(Protocol):
    """A model whose rows not everybody sees; its table's info says `guarded`."""

    __table__: ClassVar[Any]

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition on a row, over the parameters `principal_id` and `principal_department`."""
        ...


class Statement:
    """SQL text with the order, the conversions and the constants of its arguments.

    It is compiled when it is first used: a service has hundreds, and all would take a second of its start.
    """

    def __init__(
        self, statement: Executable, *, unguarded: str = "", clear: str = "", masked: bool = False
    ) -> None:
        """TypeError for a read of guarded rows outside of Visible that does not say why.

        TypeError also for one that shows personal data without saying in `clear` why nobody is to be masked.
        """
        if not unguarded and (tables := ", ".join(sorted(set(_guarded(statement))))):
            raise TypeError(f"reads guarded {tables}: use Visible, or say in `unguarded` why not")
        if not (clear or masked) and _personal(statement):
            raise TypeError("shows personal data: use Visible or Shown, or say in `clear` why not")
        self._statement, self._masked = statement, masked

    @cached_property
    def _compiled(self) -> tuple[str, list[str] | None, list[Step]]:
        done = _compile(self._statement, masked=self._masked)
        names = done.positiontup or []
        plan = [_step(done, name) for name in names]
        plain = all(convert is None and constant is None for _, convert, constant in plan)
        return done.string, names if plain else None, plan

    @property
    def sql(self) -> str:
        """The text, for asyncpg."""
        return self._compiled[0]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the positional arguments; KeyError names a missing one."""
        _, names, plan = self._compiled
        if names is not None:
            return [given[name] for name in names]
        out = []
        for name, convert, constant in plan:
            value = constant[0] if constant is not None and name not in given else given[name]
            out.append(value if convert is None or value is None else convert(value))
        return out

    async def one(self, on: Runner, **given: Any) -> Record | None:  # noqa: ANN401 - values of any column
        """Return the first row, or None."""
        return await on.fetchrow(self.sql, *self.arguments(given))

    async def all(self, on: Runner, **given: Any) -> list[Record]:  # noqa: ANN401 - as above
        """Return every row."""
        return await on.fetch(self.sql, *self.arguments(given))

    async def value(self, on: Runner, **given: Any) -> Any:  # noqa: ANN401 - as above
        """Return the first column of the first row, or None."""
        return await on.fetchval(self.sql, *self.arguments(given))


class Shown:
    """A statement that renders records as each principal may read them; guarded rows it must not read."""

    def __init__(self, statement: Executable, *, unguarded: str = "") -> None:
        self._clear = Statement(statement, unguarded=unguarded, clear=BY_RIGHTS)
        self._masked = Statement(statement, unguarded=unguarded, masked=True)

    def to(self, principal: Principal) -> Statement:
        """Return the variant for a principal."""
        return self._clear if principal.personal else self._masked


class Visible:
    """The one way to read guarded rows: a select narrowed to what its principal may see, and masked.

    `filters` are conditions that apply only when their parameter is given and not None; MaskedField for one
    on personal data that the principal may not read. `clear` says why nothing of it is masked for anybody.
    """

    def __init__(
        self,
        query: Select[*tuple[Any, ...]],
        *,
        of: type[Guarded],
        filters: Mapping[str, ColumnElement[bool]] | None = None,
        clear: str = "",
    ) -> None:
        """TypeError for a select that shows personal columns as they are; json_object masks them."""
        if not clear and any(map(shows, query.exported_columns)):
            raise TypeError("shows personal columns: render them by json_object, or say in `clear` why not")
        self.query, self.of, self.filters, self.clear = query, of, dict(filters or {}), clear
        self._personal = frozenset(name for name, condition in self.filters.items() if shows(condition))
        self._made: dict[tuple[object, ...], Statement] = {}

    def statement(self, principal: Principal, given: Mapping[str, Any]) -> Statement:
        """Return the compiled variant for what this principal sees and the filters in use."""
        used = tuple(name for name in self.filters if given.get(name) is not None)
        masked = not (principal.personal or self.clear)
        key = (principal.visibility, masked, *used)
        made = self._made.get(key)
        if made is None:
            if masked and (refused := [name for name in used if name in self._personal]):
                raise MaskedField(parameter=refused[0])
            query = self.query.where(*(self.filters[name] for name in used))
            if principal.visibility is not Visibility.ALL:
                query = query.where(self.of.visible_to(principal.visibility))
            made = Statement(query, unguarded="narrowed by Visible", clear=BY_RIGHTS, masked=masked)
            self._made[key] = made
        return made

    async def one(self, on: Runner, principal: Principal, **given: Any) -> Record | None:  # noqa: ANN401 - values of any column
        """Return the first row that the principal sees, or None."""
        return await self.statement(principal, given).one(on, **_as(principal, given))

    async def all(self, on: Runner, principal: Principal, **given: Any) -> list[Record]:  # noqa: ANN401 - as above
        """Return every row that the principal sees."""
        return await self.statement(principal, given).all(on, **_as(principal, given))

    async def value(self, on: Runner, principal: Principal, **given: Any) -> Any:  # noqa: ANN401 - as above
        """Return the first column of the first row that the principal sees, or None."""
        return await self.statement(principal, given).value(on, **_as(principal, given))


def json_object(**members: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Build a JSON object in the database: the one rendering of a record, sent out as it comes.

    Members that read personal columns are null for those who may not read them; then `masked` names them.
    """
    masked = [name for name, value in members.items() if shows(value.expression)]
    shown = {name: personal(value) if name in masked else value for name, value in members.items()}
    if masked:
        shown["masked"] = named(masked)
    names: Iterator[ColumnElement[Any]] = (literal_column(f"'{name}'") for name in shown)
    return func.json_build_object(*chain.from_iterable(zip(names, shown.values(), strict=True)))


def visible(
    query: Select[*tuple[Any, ...]],
    of: type[Guarded],
    filters: Mapping[str, ColumnElement[bool]] | None = None,
    *,
    clear: str = "",
) -> Visible:
    """Narrow a select of guarded rows to what its principal may see, and mask what it may not read."""
    return Visible(query, of=of, filters=filters, clear=clear)


def _as(principal: Principal, given: Mapping[str, Any]) -> dict[str, Any]:
    return {**given, "principal_id": principal.id, "principal_department": principal.department}


def _guarded(statement: ClauseElement | Executable) -> Iterator[str]:
    for element in iterate(statement):  # type: ignore[arg-type]  # every Executable of ours is a clause
        if isinstance(element, Select):
            for source in element.get_final_froms():
                for part in iterate(source):
                    if isinstance(part, Table) and part.info.get("guarded"):
                        yield part.fullname


def _personal(statement: ClauseElement | Executable) -> bool:
    """Whether what a statement gives back holds personal data that a principal's rights decide upon."""
    parts = statement.selects if isinstance(statement, CompoundSelect) else (statement,)
    given = chain.from_iterable(getattr(part, "exported_columns", ()) for part in parts)
    return any(map(shows, given)) or any(isinstance(each, Either) for each in iterate(statement))  # type: ignore[arg-type]  # as below


def _compile(statement: Executable, *, masked: bool) -> SQLCompiler:
    options = {"render_postcompile": True}
    dialect = _MASKING if masked else _CLEAR
    done = statement.compile(dialect=dialect, compile_kwargs=options)  # type: ignore[attr-defined]  # as above
    if not isinstance(done, SQLCompiler):
        raise TypeError("only statements with SQL text can be compiled")
    return done


def _step(done: SQLCompiler, name: str) -> Step:
    bind = done.binds[name]
    # asyncpg's codec for jsonb takes the object itself
    convert = None if isinstance(bind.type, JSON) else done._bind_processors.get(name)  # noqa: SLF001 - no public way
    return name, convert, None if bind.required else (bind.effective_value,)  # type: ignore[return-value]
