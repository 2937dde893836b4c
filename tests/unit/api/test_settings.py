"""Settings from the environment: what is wrong is named, and never ends in a traceback."""

import pytest

from api.settings import Settings, spoken_language
from model.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANGUAGE", "de"),
        ("THREADS", "0"),
        ("THREADS", "many"),
        ("MAX_PHOTOS", "0"),
        ("MAX_WAITING", "-1"),
        ("BACKEND", "tensorflow"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"QUICKCLAIM_{name}", value)
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    assert caught.value.code == "settings.invalid"
    assert f"QUICKCLAIM_{name}" in str(caught.value)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUICKCLAIM_THREADS", "0")
    monkeypatch.setenv("QUICKCLAIM_MAX_PHOTOS", "x")
    with pytest.raises(SettingsError, match=r"QUICKCLAIM_THREADS.*QUICKCLAIM_MAX_PHOTOS"):
        Settings.read()


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_empty_means_unset(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(f"QUICKCLAIM_{name}", raising=False)
    unset = Settings.read()
    monkeypatch.setenv(f"QUICKCLAIM_{name}", "")
    assert Settings.read() == unset


@pytest.mark.parametrize(
    ("chosen", "locale", "spoken"),
    [("zh", "en_US.UTF-8", "zh"), ("", "zh_CN.UTF-8", "zh"), ("de", "zh_CN.UTF-8", "zh"), ("", "C", "en")],
)
def test_the_language_is_known_even_where_it_is_set_wrongly(
    chosen: str, locale: str, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUICKCLAIM_LANGUAGE", chosen)
    monkeypatch.setenv("LC_ALL", locale)
    assert spoken_language() == spoken
