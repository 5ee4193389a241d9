"""The tables of characters are what their sources say."""

from services.customer.names import sources


def test_the_readings_are_those_of_the_source() -> None:
    assert sources.READINGS.read_text(encoding="utf-8") == "".join(sources.readings())


def test_the_simplified_forms_are_those_of_the_source() -> None:
    assert sources.SIMPLIFIED.read_text(encoding="utf-8") == "".join(sources.pairs())
