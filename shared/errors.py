"""The tree of problems (RFC 9457) that an answer can be, and the one way each is written down."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypedDict

TYPES = "https://guanxi.dev/problems/"  # the published list: docs/problems.md
MEDIA_TYPE = "application/problem+json"


class FieldError(TypedDict, total=False):
    """One thing wrong with one place: a JSON `pointer` into the body, a `parameter` or a `header`."""

    pointer: str
    parameter: str
    header: str
    code: str
    detail: str


class Problem(Exception):  # noqa: N818 - "problem" is the word of RFC 9457
    """Something the caller is told. Slices subclass the classes below and never see a status."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "unexpected"
    title: ClassVar[str] = "Something went wrong on our side"
    says: ClassVar[str] = ""  # the detail where none is given; the title belongs to the code
    always: ClassVar[Mapping[str, str]] = {}  # headers that every answer of the kind has

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        """`detail` and `errors` never quote the input; `extra` become further members of the document."""
        self.detail = detail or self.says or self.title
        super().__init__(self.detail)
        self.errors = list(errors)
        self.headers = {**self.always, **(headers or {})}
        self.extra = extra


class MalformedJson(Problem):
    """The body is not the JSON that RFC 8259 describes."""

    status, code, title = 400, "malformed_json", "The body is not valid JSON"


class Unauthenticated(Problem):
    """Nobody, or nobody we know, is asking."""

    status, code, title = 401, "unauthenticated", "Valid credentials are needed"
    always: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """The principal lacks the scope that the route asks for."""

    status, code, title = 403, "forbidden", "Your rights do not allow this"


class MaskedField(Forbidden):
    """A field is named that holds personal data, which the principal may not read."""

    code, title = "masked_field", "This field is masked for you"

    def __init__(self, *, pointers: Iterable[str] = (), parameter: str | None = None) -> None:
        detail = "Personal data that you may not read can neither be written nor filtered or sorted by."
        errors: list[FieldError] = [
            {"pointer": pointer, "code": self.code, "detail": detail} for pointer in pointers
        ]
        if parameter is not None:
            errors.append({"parameter": parameter, "code": self.code, "detail": detail})
        super().__init__(detail, errors=errors)


class NotFound(Problem):
    """No such record, or none that the principal may see."""

    status, code, title = 404, "not_found", "There is no such thing here"


class MethodNotAllowed(Problem):
    """The path exists, the method on it does not."""

    status, code, title = 405, "method_not_allowed", "This path does not take that method"


class Conflict(Problem):
    """The request contradicts what is stored."""

    status, code, title = 409, "conflict", "This contradicts what is stored"


class Gone(Problem):
    """It was here and will not come back."""

    status, code, title = 410, "gone", "This is no longer available"


class PreconditionFailed(Problem):
    """The version named in If-Match is no longer the current one."""

    status, code, title = 412, "precondition_failed", "The record has changed since you read it"


class TooLarge(Problem):
    """The body is beyond the cap."""

    status, code, title = 413, "too_large", "The body is too large"


class UnsupportedMediaType(Problem):
    """The body is of a type or encoding that this route does not read."""

    status, code, title = 415, "unsupported_media_type", "This content type or encoding is not supported"


class Invalid(Problem):
    """The request is well formed but says something impossible."""

    status, code, title = 422, "invalid", "The request is not valid"


class PreconditionRequired(Problem):
    """A change of a versioned record came without If-Match."""

    status, code, title = 428, "precondition_required", "If-Match with the record's version is required"


class TooManyRequests(Problem):
    """The caller is over its rate."""

    status, code, title = 429, "too_many_requests", "Too many requests"


class Unexpected(Problem):
    """A fault of ours."""

    status, code, title = 500, "unexpected", "Something went wrong on our side"


class Unavailable(Problem):
    """Something we need is down or busy; trying again later may help."""

    status, code, title = 503, "unavailable", "Temporarily unavailable, try again"
    always: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class Late(Problem):
    """The caller's deadline, or that of a peer, passed."""

    status, code, title = 504, "late", "The answer did not come in time"


def document(problem: Problem, *, instance: str | None = None, trace_id: str | None = None) -> dict[str, Any]:
    """Return the RFC 9457 object of a problem; `instance` is the path that was asked for."""
    where = {"instance": instance, "trace_id": trace_id} if instance is not None else {}
    return {
        **problem.extra,
        "type": TYPES + problem.code,
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        **where,
        "errors": problem.errors,
    }


def as_row_problem(problem: Problem) -> dict[str, Any]:
    """Return the same object for one row of a batch, without the members that belong to a whole answer."""
    return document(problem)


def documents(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Declare problems for `responses=`; the schema is put in by the OpenAPI document's maker."""
    declared: dict[int | str, dict[str, Any]] = {}
    for problem in sorted(problems, key=lambda each: (each.status, each.code)):
        entry = declared.setdefault(
            problem.status, {"description": "", "content": {MEDIA_TYPE: {"schema": REFERENCE}}}
        )
        entry["description"] = "; ".join(
            filter(None, [entry["description"], f"`{problem.code}`: {problem.title}"])
        )
    return declared


REF = "#/components/schemas/"
REFERENCE = {"$ref": REF + "Problem"}
SCHEMAS: dict[str, Any] = {
    "FieldError": {
        "title": "FieldError",
        "description": "One thing wrong with one place of the request, which one of the first three names.",
        "type": "object",
        "required": ["code", "detail"],
        "properties": {
            "pointer": {"type": "string", "description": "A JSON pointer into the body."},
            "parameter": {"type": "string"},
            "header": {"type": "string"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
        },
    },
    "Problem": {
        "title": "Problem",
        "description": "An error as in RFC 9457; `type` and `code` are from a published list.",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "errors"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "description": "The path that was asked for."},
            "trace_id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "errors": {"type": "array", "items": {"$ref": REF + "FieldError"}},
            "current_version": {
                "type": "integer",
                "description": "The version that is stored, where another was named.",
            },
            "changed": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The fields that differ from what is stored, or were changed since.",
            },
        },
        "examples": [
            {
                "type": TYPES + NotFound.code,
                "title": NotFound.title,
                "status": NotFound.status,
                "code": NotFound.code,
                "detail": NotFound.title,
                "instance": "/v1/things/0192f0c1-0000-7000-8000-000000000001",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "errors": [],
            }
        ],
    },
}


def published(root: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every problem that the imported code can answer with."""
    for problem in root.__subclasses__():
        yield problem
        yield from published(problem)
