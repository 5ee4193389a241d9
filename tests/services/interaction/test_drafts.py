"""Deciding what becomes of rows: no database, only what is held and what is wanted."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
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
        (draft(who=as_told(uuid4()), named=False), BatchMode.UPSERT, (Outcome.UNCHANGED, None)),
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


def as_of(day: int, subject: str) -> Draft:
    said = {"subject": subject, "source_updated_at": datetime(2026, 3, day, tzinfo=UTC)}
    return draft(values=said, source=("erp", "1"))


@pytest.mark.parametrize("days", [*permutations((1, 2, 3))])
def test_what_a_source_said_last_holds_in_any_order(days: tuple[int, ...]) -> None:
    decision = decide([as_of(day, f"of {day}") for day in (*days, *days)], {}, BatchMode.UPSERT)
    left = decision.results[-1].held
    assert left is not None
    assert left.values["subject"] == "of 3"
    assert outcome(decide([as_of(1, "of 1")], {RECORD: left}, BatchMode.CREATE)) == (Outcome.UNCHANGED, None)
    assert left.version == 1 + len(decision.changed) == len({max(days[: at + 1]) for at in range(3)})


def test_what_a_source_says_of_a_time_is_the_whole_record() -> None:
    values = {"subject": "a", "body": "b", "source_updated_at": None}
    before = {RECORD: Held(RECORD, 1, ("erp", "1"), values, WHO)}
    (written,) = decide([as_of(1, "c")], before, BatchMode.UPSERT).changed
    assert (written.values["subject"], written.values["body"]) == ("c", None)
    part = replace(as_of(2, "d"), missing=("channel",))
    assert outcome(decide([part], before, BatchMode.UPSERT)) == (Outcome.REJECTED, "incomplete")


def test_changes_say_from_and_to() -> None:
    rows = [draft(values={"subject": each}) for each in ("b", "b", "c")]
    decision = decide(rows, held(), BatchMode.UPSERT)
    assert [(each.version, each.diff) for each in decision.changed] == [
        (4, {"subject": {"from": "a", "to": "b"}}),
        (5, {"subject": {"from": "b", "to": "c"}}),
    ]
    assert [each.version for each in decision.results] == [4, 4, 5]
    assert [each.values["subject"] for each in decision.changed] == ["b", "c"]
