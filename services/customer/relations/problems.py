"""What can be wrong with a relation."""

from collections.abc import Iterable
from uuid import UUID

from shared.errors import Conflict, FieldError, Invalid


class BadRelation(Invalid):
    """The two ends, the type and its details make no relation."""

    code, title = "bad_relation", "This is no relation"

    def __init__(self, pointer: str, detail: str) -> None:
        error: FieldError = {"pointer": pointer, "code": self.code, "detail": detail}
        super().__init__(detail, errors=[error])


class RelationExists(Conflict):
    """There is a relation of this type between the two on some of these days."""

    code, title = "relation_exists", "They are related so already"

    def __init__(self, relation_id: UUID) -> None:
        super().__init__("Change that relation, or choose other days.", relation_id=relation_id)


class Circular(Conflict):
    """An organization would come to stand above itself."""

    code, title = "circular", "The hierarchy would run in a circle"

    def __init__(self, path: Iterable[UUID]) -> None:
        super().__init__(
            "`path` names those of the circle that you may see, each below the next.",
            path=[str(id_) for id_ in path],
        )
