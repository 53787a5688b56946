"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest

from shared.errors import UsageError
from shared.settings import Settings, read_settings


def test_without_an_environment_all_is_as_described() -> None:
    settings = read_settings()
    assert (settings.database_url, settings.redis_url, settings.data_dir) == ("", "", Path(".wireroom"))
    assert settings.fetch_allow == ()


def test_a_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_LEASE_S", "60")
    assert read_settings().lease_s == 60


def test_addresses_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_FETCH_ALLOW", "10.0.0.1:80, [::1]:8080,,")
    assert read_settings().fetch_allow == ("10.0.0.1:80", "[::1]:8080")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WIREROOM_PORT", "eighty"),
        ("WIREROOM_PORT", "70000"),
        ("WIREROOM_LEASE_S", "1"),
        ("WIREROOM_FOLD_THRESHOLD", "0"),
        ("WIREROOM_LOG_FORMAT", "xml"),
        ("WIREROOM_LOG_LEVEL", "LOUD"),
        ("WIREROOM_BELT_MEMORY_SHARE", "1.5"),
        ("WIREROOM_FETCH_ALLOW", "localhost"),
        ("WIREROOM_PUSH_URL", "reader.example"),
        ("WIREROOM_TOTAL_TIMEOUT_S", "41"),
        ("WIREROOM_FETCH_ALLOW", "127.0.0.1:80,http://inner:80"),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as caught:
        read_settings()
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} is wrong")
    assert value in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_wrong_word_is_told_the_words_as_they_are_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_LOG_LEVEL", "debug")
    with pytest.raises(UsageError, match=r"\(DEBUG\|INFO"):
        read_settings()


def test_a_floor_above_the_ceiling_is_one_sentence_with_both_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_POLL_FLOOR_S", "20000")
    with pytest.raises(
        UsageError, match=r"^WIREROOM_POLL_FLOOR_S \(20000\) is above WIREROOM_POLL_CEILING_S \(10800\)"
    ):
        read_settings()


def test_a_wrong_setting_that_may_hold_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_FETCH_PROXY", "https://desk:s3cret@proxy")
    with pytest.raises(
        UsageError, match="WIREROOM_FETCH_PROXY is wrong: a proxy is written http://host:port"
    ) as caught:
        read_settings()
    assert "s3cret" not in str(caught.value)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_every_setting_has_a_description() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
