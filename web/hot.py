"""Hot routes: FastAPI routes whose arguments are made by a plan that is drawn up once, at start-up."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from fastapi._compat import ModelField, field_annotation_is_sequence
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from shared.places import unknown
from web.bodies import JSON, MERGE, MISSING, read_json, read_query
from web.refusals import invalid, shapes_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])
Found = list[Mapping[str, Any]]
FAILED: Any = object()
MISSED = {"type": "missing", "msg": "Field required"}


def hot(endpoint: Endpoint) -> Endpoint:
    """Mark a handler that returns a Response: its route is solved by a plan instead of by FastAPI."""
    endpoint.__dict__["hot"] = True
    return endpoint


class Parameter:
    """One value from the path, the query or a header."""

    def __init__(self, field: ModelField, source: str) -> None:
        self.field, self.name, self.alias, self.source = field, field.name, field.alias, source
        self.many = field_annotation_is_sequence(field.field_info.annotation)
        self.loc = (source, field.alias)
        self.validate = field._type_adapter.validator.validate_python  # noqa: SLF001 - what field.validate wraps
        if isinstance(field.field_info.annotation, type) and issubclass(
            field.field_info.annotation, BaseModel
        ):
            raise TypeError(f"{field.name}: a hot route declares its parameters one by one")
        if self.many and source != "query":
            raise TypeError(f"{field.name}: only a query parameter may repeat in a hot route")

    def read(self, given: Mapping[str, Any], found: Found) -> Any:  # noqa: ANN401 - whatever it is declared as
        """Return the value, or FAILED after saying in `found` what is wrong with it."""
        raw = given.get(self.alias, MISSING)
        if raw is MISSING:
            if not self.field.field_info.is_required():
                return self.field.get_default()
            found.append({**MISSED, "loc": self.loc})
            return FAILED
        try:
            return self.validate(raw)
        except ValidationError as error:
            found.extend({**each, "loc": (*self.loc, *each["loc"])} for each in _errors(error))
            return FAILED


@dataclass(slots=True)
class Step:
    """One dependency, or at last the handler: its arguments in terms of the request and of earlier steps."""

    call: Callable[..., Awaitable[Any]]
    request: str | None
    inner: list[tuple[str | None, int]]
    parameters: list[Parameter]

    async def run(self, request: Request, given: Mapping[str, Any], done: list[Any], found: Found) -> Any:  # noqa: ANN401 - as declared
        """Return what the dependency gives, or FAILED when its own arguments did."""
        values = self.values(request, given, done, found)
        return FAILED if values is None else await self.call(**values)

    def values(
        self, request: Request, given: Mapping[str, Any], done: list[Any], found: Found
    ) -> dict[str, Any] | None:
        """Return the arguments, None when one of them is not valid."""
        values: dict[str, Any] = {} if self.request is None else {self.request: request}
        failed = False
        for name, index in self.inner:
            failed = failed or done[index] is FAILED
            if name is not None:
                values[name] = done[index]
        for parameter in self.parameters:
            value = values[parameter.name] = parameter.read(given[parameter.source], found)
            failed = failed or value is FAILED
        return None if failed else values


class Plan:
    """Makes the arguments of one route's handler, and calls it."""

    def __init__(self, route: APIRoute) -> None:
        """Draw up the plan; TypeError for what a hot route cannot have."""
        self.steps: list[Step] = []
        self._add(route.dependant, {})
        self.handler = self.steps.pop()
        every = [parameter for step in (*self.steps, self.handler) for parameter in step.parameters]
        self.queries = {parameter.alias: parameter for parameter in every if parameter.source == "query"}
        self.media = MERGE if "PATCH" in methods(route) else JSON
        self.body = _body(route)
        self.shapes = cache(lambda: shapes_of(self.body._type_adapter) if self.body else [])  # noqa: SLF001 - public nowhere

    def _add(self, dependant: Dependant, known: dict[object, int]) -> int:
        """Append the steps of a dependant after those it needs; return the index of its own."""
        call = dependant.call
        if call in known and dependant.use_cache:
            return known[call]
        if not iscoroutinefunction(call):
            raise TypeError(f"{call}: a hot route is made of plain async functions")
        taken = (
            dependant.response_param_name,
            dependant.background_tasks_param_name,
            dependant.cookie_params,
        )
        if any(taken):
            raise TypeError(f"{call}: a hot route takes no cookies, Response or BackgroundTasks")
        inner = [(each.name, self._add(each, known)) for each in dependant.dependencies]
        sources = {
            "path": dependant.path_params,
            "query": dependant.query_params,
            "header": dependant.header_params,
        }
        parameters = [Parameter(field, source) for source, fields in sources.items() for field in fields]
        name = dependant.request_param_name or dependant.http_connection_param_name
        self.steps.append(Step(call, name, inner, parameters))
        known[call] = len(self.steps) - 1
        return known[call]

    async def answer(self, request: Request) -> Response:
        """Solve the arguments and call the handler; Invalid tells everything that is wrong at once."""
        found: Found = []
        given = {"path": request.path_params, "header": request.headers, "query": self._query(request, found)}
        done: list[Any] = []
        for step in self.steps:
            done.append(await step.run(request, given, done, found))
        values = self.handler.values(request, given, done, found)
        body = MISSING
        if self.body is not None:
            body = await read_json(request, self.media)
            self._validate(body, {} if values is None else values, found)
        if found or values is None:
            raise invalid(found, body, self.shapes)
        response: Response = await self.handler.call(**values)
        return response

    def _query(self, request: Request, found: Found) -> Mapping[str, Any]:
        text: bytes = request.scope["query_string"]
        given: dict[str, Any] = {}
        for name, value in read_query(text) if text else ():
            parameter = self.queries.get(name)
            loc = ("query", name)
            if parameter is None:
                found.append({"type": "unknown", "loc": loc, "msg": unknown("parameter", name, self.queries)})
            elif parameter.many:
                given.setdefault(name, []).append(value)
            elif name in given:
                found.append({"type": "repeated", "loc": loc, "msg": "Parameter may be given once"})
            else:
                given[name] = value
        return given

    def _validate(self, body: object, values: dict[str, Any], found: Found) -> None:
        field = self.body
        if field is None:
            return
        if body is MISSING:
            if field.field_info.is_required():
                found.append({**MISSED, "loc": ("body",), "msg": "A body is required"})
            else:
                values[field.name] = field.get_default()
            return
        try:
            values[field.name] = field._type_adapter.validator.validate_python(body, from_attributes=True)  # noqa: SLF001 - as above
        except ValidationError as error:
            found.extend({**each, "loc": ("body", *each["loc"])} for each in _errors(error))


def methods(route: APIRoute) -> set[str]:
    """Return the methods of a route, of which there is always one."""
    return route.methods or set()


def _body(route: APIRoute) -> ModelField | None:
    fields = route.dependant.body_params
    if not fields:
        return None
    if len(fields) > 1 or route._embed_body_fields:  # noqa: SLF001 - no public way
        raise TypeError(f"{route.path}: a hot route takes one JSON body, whole")
    return fields[0]


def _errors(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_input=False, include_context=False)
