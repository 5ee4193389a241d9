"""SQLAlchemy Core statements, compiled once and run through asyncpg."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, ClassVar, Protocol

from asyncpg import Connection, Pool, Record
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import ClauseElement, ColumnElement, Executable, Select, Table, func, literal_column
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import JSON

from shared.auth import Principal, Visibility

Runner = Pool | Connection | PoolConnectionProxy
Step = tuple[str, Callable[[Any], Any] | None, tuple[Any] | None]
_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]


class Guarded(Protocol):
    """A model whose rows not everybody sees; its table's info says `guarded`."""

    __table__: ClassVar[Any]

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition on a row, over the parameters `principal_id` and `principal_department`."""
        ...


class Statement:
    """SQL text with the order, the conversions and the constants of its arguments."""

    __slots__ = ("_names", "_plan", "sql")

    def __init__(self, statement: Executable, *, unguarded: str = "") -> None:
        """Compile; TypeError for a read of guarded rows outside of Visible that does not say why."""
        if not unguarded and (tables := ", ".join(sorted(set(_guarded(statement))))):
            raise TypeError(f"reads guarded {tables}: use Visible, or say in `unguarded` why not")
        done = _compile(statement)
        names = done.positiontup or []
        self.sql = done.string
        self._plan = [_step(done, name) for name in names]
        plain = all(convert is None and constant is None for _, convert, constant in self._plan)
        self._names = names if plain else None

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the positional arguments; KeyError names a missing one."""
        if self._names is not None:
            return [given[name] for name in self._names]
        out = []
        for name, convert, constant in self._plan:
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


class Visible:
    """The one way to read guarded rows: a select narrowed to what its principal may see.

    `filters` are conditions that apply only when their parameter is given and not None.
    """

    def __init__(
        self,
        query: Select[*tuple[Any, ...]],
        *,
        of: type[Guarded],
        filters: Mapping[str, ColumnElement[bool]] | None = None,
    ) -> None:
        self.query, self.of, self.filters = query, of, dict(filters or {})
        self._made: dict[tuple[str, ...], Statement] = {}

    def statement(self, principal: Principal, given: Mapping[str, Any]) -> Statement:
        """Return the compiled variant for what this principal sees and the filters in use."""
        used = tuple(name for name in self.filters if given.get(name) is not None)
        key = (principal.visibility.value, *used)
        made = self._made.get(key)
        if made is None:
            query = self.query.where(*(self.filters[name] for name in used))
            if principal.visibility is not Visibility.ALL:
                query = query.where(self.of.visible_to(principal.visibility))
            made = self._made[key] = Statement(query, unguarded="narrowed by Visible")
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
    """Build a JSON object in the database: the one rendering of a record, sent out as it comes."""
    names: Iterator[ColumnElement[Any]] = (literal_column(f"'{name}'") for name in members)
    return func.json_build_object(*chain.from_iterable(zip(names, members.values(), strict=True)))


def visible(
    query: Select[*tuple[Any, ...]],
    of: type[Guarded],
    filters: Mapping[str, ColumnElement[bool]] | None = None,
) -> Visible:
    """Narrow a select of guarded rows to what its principal may see."""
    return Visible(query, of=of, filters=filters)


def _as(principal: Principal, given: Mapping[str, Any]) -> dict[str, Any]:
    return {**given, "principal_id": principal.id, "principal_department": principal.department}


def _guarded(statement: ClauseElement | Executable) -> Iterator[str]:
    for element in iterate(statement):  # type: ignore[arg-type]  # every Executable of ours is a clause
        if isinstance(element, Select):
            for source in element.get_final_froms():
                for part in iterate(source):
                    if isinstance(part, Table) and part.info.get("guarded"):
                        yield part.fullname


def _compile(statement: Executable) -> SQLCompiler:
    options = {"render_postcompile": True}
    done = statement.compile(dialect=_DIALECT, compile_kwargs=options)  # type: ignore[attr-defined]  # as above
    if not isinstance(done, SQLCompiler):
        raise TypeError("only statements with SQL text can be compiled")
    return done


def _step(done: SQLCompiler, name: str) -> Step:
    bind = done.binds[name]
    # asyncpg's codec for jsonb takes the object itself
    convert = None if isinstance(bind.type, JSON) else done._bind_processors.get(name)  # noqa: SLF001 - no public way
    return name, convert, None if bind.required else (bind.effective_value,)  # type: ignore[return-value]
