"""Settings: what the environment must say, and what is named when it does not."""

import pytest

from shared.settings import Settings, SettingsError

GIVEN = {
    "GUANXI_ALPHA_DATABASE_URL": "postgresql://alpha@h/d",
    "GUANXI_DATABASE_URL": "postgresql://owner@h/d",
    "GUANXI_KEYS": "/keys",
    "GUANXI_SECRET": "ab" * 32,
    "GUANXI_ALPHA_URL": "unix:/a.sock",
    "GUANXI_BETA_URL": "http://b:1",
}


def test_the_environment_is_read_once_into_one_object() -> None:
    settings = Settings.of("alpha", {**GIVEN, "GUANXI_MAX_BODY": "100", "GUANXI_LOG": "text"})
    assert settings.database_url == "postgresql://alpha@h/d"
    assert settings.secret == b"\xab" * 32
    assert settings.peers == {"beta": "http://b:1"}, "neither itself nor a database is a peer"
    assert (settings.max_body, settings.log, settings.country) == (100, "text", "CN")


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.of("beta", {"GUANXI_SECRET": "abcd", "GUANXI_POOL_SIZE": "0"})
    text = str(error.value)
    assert "GUANXI_BETA_DATABASE_URL" in text
    assert "GUANXI_KEYS" in text
    assert "GUANXI_SECRET" in text
    assert "GUANXI_POOL_SIZE" in text
    assert "abcd" not in text


def test_a_secret_never_shows_in_a_trace() -> None:
    settings = Settings.of("alpha", GIVEN)
    assert "abab" not in repr(settings)
    assert "postgresql" not in repr(settings)
