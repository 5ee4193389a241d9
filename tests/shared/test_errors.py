"""Problems: one shape for an answer, for a row of a batch and for the document."""

from collections import Counter

from shared import errors
from shared.errors import Conflict, Invalid, NotFound, Problem


def test_an_answer_has_every_member_and_a_row_has_no_instance() -> None:
    problem = Conflict(
        "Two owners", errors=[{"pointer": "/id", "code": "taken", "detail": "x"}], current_version=3
    )
    whole = errors.document(problem, instance="/v1/things", trace_id="t")
    assert whole == {
        "type": "https://guanxi.dev/problems/conflict",
        "title": "This contradicts what is stored",
        "status": 409,
        "code": "conflict",
        "detail": "Two owners",
        "instance": "/v1/things",
        "trace_id": "t",
        "errors": [{"pointer": "/id", "code": "taken", "detail": "x"}],
        "current_version": 3,
    }
    row = errors.as_row_problem(problem)
    assert whole == {**row, "instance": "/v1/things", "trace_id": "t"}


def test_the_detail_may_be_special_where_the_title_is_not() -> None:
    class NoSuchThing(NotFound):
        says = "There is no such thing in this test."

    assert NoSuchThing().detail == NoSuchThing.says
    assert NoSuchThing("Other.").detail == "Other."
    assert (NoSuchThing.title, NoSuchThing.code) == (NotFound.title, NotFound.code)


def test_an_extra_member_cannot_shadow_one_of_the_standard() -> None:
    assert errors.document(Problem(status=200, type="x"))["status"] == 500


def test_a_slice_names_its_own_problem_under_a_known_status() -> None:
    class Ambiguous(Invalid):
        code, title = "ambiguous", "Two of them"

    declared = errors.documents(NotFound, Ambiguous, Invalid)
    assert list(declared) == [404, 422]
    assert "`ambiguous`" in declared[422]["description"]
    assert "`invalid`" in declared[422]["description"]
    assert list(declared[422]["content"]) == ["application/problem+json"]


def test_every_code_has_one_meaning() -> None:
    own = [problem for problem in errors.published() if problem.__module__ == "shared.errors"]
    assert max(Counter(problem.code for problem in own).values()) == 1
    assert all(400 <= problem.status <= 599 for problem in own)
