"""What is refused in production, every fault of it at once, and what is told where nothing is refused."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.production import require_safe, warnings
from api.settings import Settings
from claims.key_file import NAME, read_or_create
from model.errors import SettingsError
from model.notes import Note
from model.texts import LANGUAGES, Texts

OUTSIDE, LOOPBACK, EVERYWHERE = "192.0.2.10", "127.0.0.1", "0.0.0.0"  # noqa: S104 - nothing is bound here


@pytest.fixture
def safe(tmp_path: Path) -> Settings:
    """Fit for the public, behind a proxy."""
    read_or_create(tmp_path)
    return Settings(
        production=True,
        home=tmp_path,
        database="postgresql://quickclaim@db/claims",
        key_file=tmp_path / NAME,
        hosts=("claims.example",),
        trusted_proxies=(ip_network("10.0.0.0/8"),),
        metrics_token=SecretStr("0123456789abcdef"),
    )


def faults(settings: Settings, address: str = OUTSIDE) -> list[str]:
    """What ``settings.unsafe`` names."""
    with pytest.raises(SettingsError) as caught:
        require_safe(settings, address)
    assert caught.value.code == "settings.unsafe"
    return caught.value.detail.split(", ")


@pytest.mark.parametrize("address", [OUTSIDE, LOOPBACK, "::1", EVERYWHERE])
def test_what_is_safe_starts(safe: Settings, address: str) -> None:
    require_safe(safe, address)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"database": None}, "unsafe_database"),
        ({"database": "sqlite:////data/claims.sqlite3"}, "unsafe_database"),
        ({"key_file": None}, "unsafe_keys"),
        ({"key_file": Path("/nowhere/keys.json")}, "unsafe_key_file"),
        ({"hosts": ("claims.example", "*")}, "unsafe_hosts"),
        ({"plain_webhooks": True}, "unsafe_webhooks"),
        ({"s3_endpoint": "http://bucket.example"}, "unsafe_photos"),
        ({"s3_endpoint": "http://127.0.0.1.example:9000"}, "unsafe_photos"),
        ({"trusted_proxies": ()}, "unsafe_tls"),
        ({"trusted_proxies": (ip_network("0.0.0.0/0"),)}, "unsafe_proxies"),
        ({"trusted_proxies": (ip_network("::/0"),)}, "unsafe_proxies"),
        ({"metrics_token": None}, "unsafe_metrics"),
    ],
)
def test_each_fault_has_its_name(safe: Settings, changes: dict[str, object], fault: str) -> None:
    assert faults(safe.model_copy(update=changes)) == [fault]
    require_safe(safe.model_copy(update={**changes, "production": False}), OUTSIDE)


@pytest.mark.parametrize(
    "endpoint", ["https://bucket.example", "http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000/", None]
)
def test_photos_may_go_to_this_computer_or_by_tls(safe: Settings, endpoint: str | None) -> None:
    require_safe(safe.model_copy(update={"photos": "s3://claims/photos", "s3_endpoint": endpoint}), OUTSIDE)


def test_keys_that_others_may_read_are_no_keys(safe: Settings) -> None:
    assert safe.key_file
    safe.key_file.chmod(0o640)
    assert faults(safe) == ["unsafe_key_file"]
    require_safe(safe.model_copy(update={"keys": SecretStr("{}"), "key_file": None}), OUTSIDE)


def test_on_loopback_neither_proxy_nor_token_is_needed(safe: Settings) -> None:
    alone = safe.model_copy(update={"trusted_proxies": (), "metrics_token": None})
    require_safe(alone, LOOPBACK)
    assert faults(alone, EVERYWHERE) == ["unsafe_tls", "unsafe_metrics"]


def test_behind_a_proxy_of_this_computer_the_token_is_needed(safe: Settings) -> None:
    proxied = safe.model_copy(update={"trusted_proxies": (ip_network(LOOPBACK),), "metrics_token": None})
    assert faults(proxied, LOOPBACK) == ["unsafe_metrics"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_faults_are_told_at_once_in_words(language: str) -> None:
    with pytest.raises(SettingsError) as caught:
        require_safe(Settings(production=True, hosts=("*",), plain_webhooks=True), OUTSIDE)
    told = Texts.load(language).say(Note(caught.value.code, caught.value.facts))
    for name in ("DATABASE", "KEY_FILE", "HOSTS", "PLAIN_WEBHOOKS", "TRUSTED_PROXIES", "METRICS_TOKEN"):
        assert f"QUICKCLAIM_{name}" in told


def test_a_service_that_others_can_reach_is_told_loudly_in_every_language(safe: Settings) -> None:
    laptop = Settings()
    assert warnings(laptop, LOOPBACK) == ()
    assert warnings(safe, OUTSIDE) == ()
    english, chinese = warnings(laptop, EVERYWHERE)
    assert "WARNING" in english
    assert "警告" in chinese
    assert EVERYWHERE in english
    assert EVERYWHERE in chinese
