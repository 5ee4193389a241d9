"""The bodies that follow from what a new record carries and from what is read of one."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import BaseModel, create_model
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticUndefined

from services.interaction.records.schemas import Batch, RecordCreate, RecordPage, RecordRead, RecordRow
from shared.schemas import example

LINKS = frozenset(("customer", "order", "source"))  # what a record keeps for good
NOTHING: Mapping[str, Any] = {}
REFUSED = Annotated[Any, SkipJsonSchema()]  # told apart from unknown fields, but not documented


def row_of(create: type[RecordCreate]) -> type[RecordRow]:
    """Return a row of a batch: what only a new record must have may be left out."""
    says = "One row of a batch; what an existing record keeps may be left out, lists are replaced whole."
    row: Any = create_model(_named(create, "Row"), __base__=(RecordRow, create), __doc__=says)
    for field in row.model_fields.values():
        if field.is_required():
            field.default_factory = _absent
    return cast("type[RecordRow]", _remade(row))


def batch_of(create: type[RecordCreate], row: type[RecordRow]) -> type[Batch[Any]]:
    """Return a batch of rows, with the example of a new record in it."""
    shown = example(mode="upsert", items=[_example(create)])
    batch = cast("type[Batch[Any]]", Batch.__class_getitem__(row))
    says = "Up to a thousand rows, each judged on its own."
    made = create_model(_named(create, "Batch"), __base__=batch, __doc__=says)
    return cast("type[Batch[Any]]", _remade(made, shown))


def update_of(create: type[RecordCreate]) -> type[RecordCreate]:
    """Return a merge patch: every field may be absent, null is for what can be empty."""
    links: Any = dict.fromkeys(LINKS & create.model_fields.keys(), (REFUSED, None))
    says = "A correction, as a merge patch: what is absent stays, null empties, lists are replaced whole."
    patch = create_model(_named(create, "Update"), __base__=create, __doc__=says, **links)
    for field in patch.model_fields.values():
        field.default, field.default_factory = PydanticUndefined, _absent
    some = [(name, value) for name, value in _example(create).items() if name not in LINKS]
    return cast("type[RecordCreate]", _remade(patch, example(**dict(some[-1:]))))


def page_of(read: type[RecordRead]) -> type[BaseModel]:
    """Return a page of a list."""
    page = cast("type[BaseModel]", RecordPage.__class_getitem__(read))
    name = read.__name__.removesuffix("Read") + "Page"
    return create_model(name, __base__=page, __doc__="Records, the last recorded first.")


def required(create: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields that a new record must have."""
    return tuple(name for name, field in create.model_fields.items() if field.is_required())


def _named(create: type[RecordCreate], what: str) -> str:
    return create.__name__.removesuffix("Create") + what


def _example(create: type[RecordCreate]) -> dict[str, Any]:
    shown: Any = create.model_config["json_schema_extra"]
    return dict(shown["examples"][0])


def _remade(model: Any, config: Mapping[str, Any] = NOTHING) -> Any:  # noqa: ANN401 - the same model
    """Rebuild a model whose fields or configuration have been changed."""
    model.model_config = {**model.model_config, **config}
    model.model_rebuild(force=True)
    return model


def _absent() -> None:
    """Stand in for a value that `model_fields_set` does not name; nobody reads it."""
