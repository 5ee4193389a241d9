"""Adding up events: the same call in every order and repetition; and what each sequence of them is."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.interaction.calls.folding import Event, EventType, fold

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def event(second: float, type_: str, **said: Any) -> Event:
    at = START + timedelta(seconds=second)
    return Event(f"{second}{type_}{said}", EventType(type_), at, None, said)


def legs(call: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (leg["queue"], leg["agent"], leg["waited_seconds"], leg["talked_seconds"], leg["outcome"])
        for leg in call["legs"]
    ]


USUAL = [
    event(0, "ringing", direction="inbound", **{"from": "138 0013 8000", "to": "95555"}),
    event(0, "queued", queue="sales"),
    event(8, "ringing", agent="u-1"),
    event(12, "answered", agent="u-1"),
    event(40, "held"),
    event(55, "resumed"),
    event(70, "transferred", queue="service"),
    event(75, "answered", agent="u-2"),
    event(100, "ended", disposition="solved", recording="rec/1"),
    event(130, "noted", disposition="wrap-up", attributes={"topic": "delivery"}),
]
events = st.builds(
    event,
    st.integers(0, 20),
    st.sampled_from([each.value for each in EventType]),
    queue=st.sampled_from([None, "a", "b"]),
    agent=st.sampled_from([None, "x", "y"]),
    disposition=st.sampled_from([None, "d", "e"]),
)


@given(st.data(), st.lists(events, min_size=1, max_size=12, unique_by=lambda each: each.key))
def test_any_order_and_repetition_is_the_same_call(data: st.DataObject, some: list[Event]) -> None:
    mixed = data.draw(st.permutations(some))
    call = fold(mixed)
    assert call == fold(some)
    over = [leg for leg in call["legs"] if leg["until"] is not None]
    assert len(call["legs"]) - len(over) <= 1, "one leg at a time"
    assert all((leg["outcome"] is None) == (leg["until"] is None) for leg in call["legs"])
    assert all(leg["talked_seconds"] is None or leg["talked_seconds"] >= 0 for leg in over)
    assert (call["state"] == "ended") == (call["ended_at"] is not None) == (call["outcome"] is not None)


def test_a_call_that_is_held_transferred_and_ended() -> None:
    call = fold(reversed(USUAL))
    assert (call["state"], call["outcome"], call["transfers"]) == ("ended", "answered", 1)
    assert (call["waited_seconds"], call["talked_seconds"], call["held_seconds"]) == (12, 68, 15)
    assert legs(call) == [("sales", "u-1", 12, 43, "transferred"), ("service", "u-2", 5, 25, "answered")]
    assert (call["agent"], call["queue"]) == ("u-2", "service")
    assert (call["from_number"], call["disposition"], call["recording"]) == (
        "138 0013 8000",
        "wrap-up",
        "rec/1",
    )
    assert call["attributes"] == {"topic": "delivery"}


def test_who_gives_up_was_not_answered() -> None:
    call = fold([event(0, "queued", queue="sales"), event(31.5, "abandoned")])
    assert (call["outcome"], call["waited_seconds"], legs(call)) == (
        "abandoned",
        31.5,
        [("sales", None, 31.5, None, "abandoned")],
    )


def test_a_call_of_ours_that_nobody_takes_is_unanswered() -> None:
    call = fold([event(0, "ringing", direction="outbound", to="1", agent="u-1"), event(20, "ended")])
    assert (call["outcome"], call["direction"]) == ("unanswered", "outbound")


def test_voicemail_is_neither_answered_nor_abandoned() -> None:
    call = fold([event(0, "queued", queue="a"), event(9, "voicemail"), event(30, "ended")])
    assert (call["outcome"], call["waited_seconds"], call["legs"][0]["outcome"]) == (
        "voicemail",
        9,
        "voicemail",
    )


def test_a_queue_that_hands_on_has_overflowed() -> None:
    call = fold(
        [event(0, "queued", queue="a"), event(20, "queued", queue="b"), event(25, "answered", agent="x")]
    )
    assert legs(call)[0] == ("a", None, 20, None, "overflowed")
    assert (legs(call)[1][:3], call["transfers"], call["waited_seconds"]) == (("b", "x", 5), 0, 25)


def test_an_answer_by_another_agent_is_a_transfer() -> None:
    call = fold([event(0, "answered", agent="x"), event(10, "answered", agent="y"), event(15, "ended")])
    assert (call["transfers"], [leg[1] for leg in legs(call)]) == (1, ["x", "y"])


def test_a_ring_beside_a_conversation_does_not_end_it() -> None:
    call = fold([event(0, "answered", agent="x"), event(5, "ringing", agent="y"), event(10, "ended")])
    assert (len(call["legs"]), call["talked_seconds"]) == (1, 10)


def test_what_follows_the_end_only_adds_to_what_is_known() -> None:
    call = fold([*USUAL, event(200, "answered", agent="u-9"), event(201, "noted", disposition="late")])
    assert (call["agent"], call["state"], call["disposition"]) == ("u-2", "ended", "late")


def test_what_an_agent_says_holds_against_the_system() -> None:
    def by_hand(second: float, disposition: str | None) -> Event:
        said = {"disposition": disposition}
        at = START + timedelta(seconds=second)
        return Event(f"hand{second}", EventType.NOTED, at, None, said, by_hand=True)

    assert fold([*USUAL, by_hand(50, "mine")])["disposition"] == "mine"
    assert fold([*USUAL, by_hand(50, "mine"), by_hand(51, None)])["disposition"] is None
    assert fold([*USUAL, by_hand(-50, "early")])["occurred_at"] == START, "an agent does not begin a call"


def test_a_call_of_which_only_a_note_came_is_new() -> None:
    call = fold([event(0, "noted", recording="r")])
    assert (call["state"], call["legs"], call["waited_seconds"]) == ("new", [], None)
