"""Settings from the environment: what is wrong is named, and never ends in a traceback."""

from ipaddress import ip_network

import pytest

from api.settings import Settings, spoken_language
from model.errors import SettingsError
from model.notes import Note
from model.texts import LANGUAGES, Texts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANGUAGE", "de"),
        ("PHOTOS", "/var/photos"),
        ("PHOTOS", "gs://bucket/photos"),
        ("PHOTOS", "s3://bucket/../other"),
        ("PHOTOS", "s3://key:secret@bucket"),
        ("S3_ENDPOINT", "bucket.example"),
        ("S3_ENDPOINT", "https://key:secret@bucket.example"),
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


def test_proxies_are_addresses_and_networks_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUICKCLAIM_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1,fd00::/8")
    networks = tuple(map(ip_network, ("10.0.0.0/8", "192.0.2.1/32", "fd00::/8")))
    assert Settings.read().trusted_proxies == networks


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("wrong", "place"), [("10.0.0.5/8", 1), ("::1, proxy.example", 2), ("10.0.0.0/8;::1", 1)])
def test_a_wrong_proxy_is_told_in_one_sentence(
    wrong: str, place: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUICKCLAIM_TRUSTED_PROXIES", wrong)
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    texts = Texts.load(language)
    told = texts.say(Note("settings.invalid", caught.value.facts))
    sentence = texts.say(Note("field.proxy", {"place": place}))
    assert told.endswith(texts.say(Note("field.at", {"field": "QUICKCLAIM_TRUSTED_PROXIES", "told": sentence})))
    assert told.count("QUICKCLAIM_") == 1


@pytest.mark.parametrize(
    ("production", "log", "style"),
    [("false", "", "text"), ("true", "", "json"), ("true", "text", "text"), ("false", "json", "json")],
)
def test_the_log_is_for_machines_in_production(
    production: str, log: str, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUICKCLAIM_PRODUCTION", production)
    monkeypatch.setenv("QUICKCLAIM_LOG", log)
    assert Settings.read().log_style() == style


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "correct-horse-battery"  # noqa: S105 - of nobody
    for name in ("METRICS_TOKEN", "KEYS"):
        monkeypatch.setenv(f"QUICKCLAIM_{name}", secret)
    monkeypatch.setenv("QUICKCLAIM_DATABASE", f"postgresql://quickclaim:{secret}@db/claims")
    assert secret not in repr(Settings.read())
    monkeypatch.setenv("QUICKCLAIM_METRICS_TOKEN", "short-secret")
    with pytest.raises(SettingsError, match="QUICKCLAIM_METRICS_TOKEN") as caught:
        Settings.read()
    assert "short-secret" not in str(caught.value)
