"""Settings of the sign-in: what is wrong is named, and never half taken."""

import pytest

from api.auth.config import SignInSettings
from claims.states import Role
from model.errors import SettingsError

WHOLE = {"OIDC_ISSUER": "https://id.example", "OIDC_AUDIENCE": "claims-desk", "OIDC_KEYS": "https://id.example/keys"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TOKEN_MINUTES": "0"}, "QUICKCLAIM_TOKEN_MINUTES"),
        ({"TOKEN_MINUTES": "61"}, "QUICKCLAIM_TOKEN_MINUTES"),
        ({"PASSWORDS_AT_ONCE": "many"}, "QUICKCLAIM_PASSWORDS_AT_ONCE"),
        ({"PASSWORD_MIB": "1"}, "QUICKCLAIM_PASSWORD_MIB"),
        ({**WHOLE, "OIDC_AUDIENCE": ""}, "go together"),
        ({"OIDC_ISSUER": "https://id.example"}, "go together"),
        ({**WHOLE, "OIDC_ISSUER": "quickclaim"}, "this service itself"),
        ({**WHOLE, "OIDC_KEYS": "http://id.example/keys"}, "https only"),
        ({**WHOLE, "OIDC_KEYS": "ftp://id.example/keys"}, "https only"),
        ({**WHOLE, "OIDC_KEYS": "https://"}, "https only"),
        ({**WHOLE, "OIDC_KEYS": "https://id.example:99999/keys"}, "https only"),
        ({**WHOLE, "OIDC_ROLES": "junior"}, "QUICKCLAIM_OIDC_ROLES"),
        ({**WHOLE, "OIDC_ROLES": '{"L1": "gardener"}'}, "QUICKCLAIM_OIDC_ROLES"),
        ({**WHOLE, "OIDC_ROLES": '{"bots": "system"}'}, "only roles of the staff"),
        ({**WHOLE, "OIDC_ROLES": "[1]"}, "QUICKCLAIM_OIDC_ROLES"),
    ],
)
def test_what_cannot_be_used_is_named(changes: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(f"QUICKCLAIM_{name}", value)
    with pytest.raises(SettingsError, match=named) as caught:
        SignInSettings.read()
    assert caught.value.code == "settings.invalid"


@pytest.mark.parametrize("keys", ["https://id.example/keys", "http://127.0.0.1:8080/keys", "/etc/keys", "keys.json"])
def test_a_provider_is_taken_whole(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    roles = '{"Adjusters L1": "junior", "Revision": "auditor"}'
    for name, value in {**WHOLE, "OIDC_KEYS": keys, "OIDC_ROLES": roles}.items():
        monkeypatch.setenv(f"QUICKCLAIM_{name}", value)
    read = SignInSettings.read()
    assert (read.oidc_issuer, read.oidc_keys) == ("https://id.example", keys)
    assert read.oidc_roles == {"Adjusters L1": Role.JUNIOR, "Revision": Role.AUDITOR}


def test_nothing_needs_to_be_set() -> None:
    read = SignInSettings.read()
    assert read.oidc_issuer is None
    assert read.oidc_roles["senior"] is Role.SENIOR
    assert "customer" not in read.oidc_roles


def test_a_check_of_a_password_takes_64_mib_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests set less."""
    monkeypatch.delenv("QUICKCLAIM_PASSWORD_MIB", raising=False)
    assert SignInSettings.read().password_mib == 64
