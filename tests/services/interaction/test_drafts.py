"""Deciding what becomes of rows: no database, only what is held and what is wanted."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.interaction.identities.people import as_told
from services.interaction.records.drafts import Decision, Draft, Held, decide
from services.interaction.records.schemas import BatchMode, Outcome
from shared.errors import Problem

RECORD, WHO = uuid4(), as_told(uuid4())
DEFAULTS = {"subject": None, "body": None}


def draft(**more: Any) -> Draft:
    wanted = {"values": {"subject": "a"}, "defaults": DEFAULTS, "record_id": RECORD, "who": WHO}
    return Draft(0, **(wanted | more))


def held(**more: Any) -> dict[UUID, Held]:
    return {RECORD: Held(RECORD, 3, None, {"subject": "a", "body": "b"}, WHO, **more)}


def outcome(decision: Decision) -> tuple[Outcome, str | None]:
    (result,) = decision.results
    return result.outcome, result.problem and result.problem.code


@pytest.mark.parametrize(
    ("wanted", "mode", "expected"),
    [
        (draft(), BatchMode.UPSERT, (Outcome.UNCHANGED, None)),
        (draft(), BatchMode.CREATE, (Outcome.REJECTED, "source_key_taken")),  # it says no body
        (draft(values={"subject": "a", "body": "b"}), BatchMode.CREATE, (Outcome.UNCHANGED, None)),
        (draft(values={"subject": "c"}), BatchMode.UPDATE, (Outcome.UPDATED, None)),
        (draft(if_version=2), BatchMode.UPSERT, (Outcome.REJECTED, "precondition_failed")),
        (draft(who=as_told(uuid4())), BatchMode.UPSERT, (Outcome.REJECTED, "other_customer")),
        (draft(source=("erp", "1")), BatchMode.UPSERT, (Outcome.REJECTED, "source_key_taken")),
        (draft(problem=Problem()), BatchMode.UPSERT, (Outcome.REJECTED, "unexpected")),
        (draft(missing=("channel",)), BatchMode.UPSERT, (Outcome.UNCHANGED, None)),
    ],
)
def test_a_row_about_a_stored_record(wanted: Draft, mode: BatchMode, expected: tuple[Outcome, str]) -> None:
    assert outcome(decide([wanted], held(), mode)) == expected


@pytest.mark.parametrize(
    ("wanted", "mode", "expected"),
    [
        (draft(), BatchMode.UPSERT, (Outcome.CREATED, None)),
        (draft(), BatchMode.CREATE, (Outcome.CREATED, None)),
        (draft(), BatchMode.UPDATE, (Outcome.REJECTED, "not_found")),
        (draft(id=RECORD), BatchMode.UPSERT, (Outcome.REJECTED, "not_found")),
        (draft(if_version=1), BatchMode.UPSERT, (Outcome.REJECTED, "not_found")),
        (draft(missing=("channel",)), BatchMode.UPSERT, (Outcome.REJECTED, "incomplete")),
    ],
)
def test_a_row_about_a_new_record(wanted: Draft, mode: BatchMode, expected: tuple[Outcome, str]) -> None:
    assert outcome(decide([wanted], {}, mode)) == expected


def test_a_mapped_id_is_the_same_customer() -> None:
    stranger = as_told(uuid4())
    mapped = type(WHO)(stranger.original_id, WHO.current_id, None, None, deleted=False, matched=True)
    assert outcome(decide([draft(who=mapped)], held(), BatchMode.UPSERT)) == (Outcome.UNCHANGED, None)


def test_changes_say_from_and_to() -> None:
    rows = [draft(values={"subject": each}) for each in ("b", "b", "c")]
    decision = decide(rows, held(), BatchMode.UPSERT)
    assert [(each.version, each.diff) for each in decision.changed] == [
        (4, {"subject": {"from": "a", "to": "b"}}),
        (5, {"subject": {"from": "b", "to": "c"}}),
    ]
    assert [each.version for each in decision.results] == [4, 4, 5]
    assert [each.values["subject"] for each in decision.changed] == ["b", "c"]
