"""The gateway's view of callers is what the customer service tells, and others answer its questions."""

from gateway.callers import finding as callers
from gateway.callers.schemas import CallerContactPoint, CallerKind, CallerRead, MatchKind
from services.customer.callers.numbers import Match
from services.customer.callers.routes import MOST
from services.customer.callers.schemas import CallerMatch, CallingPoint
from services.customer.contacts.schemas import ContactPointQuestion, ContactPointQuestions
from services.customer.customers.schemas import CustomerKind
from services.interaction.contacts import routes as contacts
from services.interaction.identities import asking
from services.scoring.scores import routes as scores


def test_both_say_the_same_words() -> None:
    assert [*MatchKind] == [*Match]
    assert {*CallerKind} == {*CustomerKind}
    assert CallerMatch.model_fields.keys() <= CallerRead.model_fields.keys()
    assert CallingPoint.model_fields.keys() == CallerContactPoint.model_fields.keys()


def test_all_callers_of_an_answer_fit_into_one_question() -> None:
    assert callers.MOST == MOST
    assert min(contacts.MOST, scores.MOST) >= MOST


def test_interaction_reads_and_asks_as_the_customer_service_tells() -> None:
    assert {*Match} > asking.SURE
    items = ContactPointQuestions.model_json_schema()["properties"]["items"]
    value = ContactPointQuestion.model_json_schema()["properties"]["value"]
    assert (items["maxItems"], value["maxLength"]) == (asking.POINTS_AT_ONCE, asking.LONGEST)
