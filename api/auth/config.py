"""How people sign in at this installation: settings of ``QUICKCLAIM_*`` beside those of ``api.settings``."""

import json
from collections.abc import Mapping
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from claims.actors import STAFF
from claims.repository.people import OWN_ISSUER
from claims.states import Role
from model.errors import SettingsError

_PREFIX = "QUICKCLAIM_"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _read_json(value: object) -> object:
    """Raises ``ValueError`` for a text that is no JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _of_staff(roles: Mapping[str, Role]) -> Mapping[str, Role]:
    if not set(roles.values()) <= STAFF:
        raise ValueError("only roles of the staff")
    return roles


class SignInSettings(BaseSettings):
    """Every field is an environment variable, e.g. ``QUICKCLAIM_OIDC_ISSUER``; empty is unset."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    token_minutes: int = Field(default=15, ge=1, le=60, description="how long a sign-in lasts unless it is renewed")
    password_mib: int = Field(default=64, ge=8, le=1024, description="memory of one check of a password, MiB")
    passwords_at_once: int = Field(default=2, ge=1, le=64, description="passwords checked at the same time")
    passwords_waiting: int = Field(default=20, ge=0, description="further sign-ins that may wait; the next gets 503")
    oidc_issuer: str | None = Field(default=None, max_length=255, description="the identity provider, as in its tokens")
    oidc_audience: str | None = Field(default=None, description="whom its tokens are made for: this installation")
    oidc_keys: str | None = Field(default=None, description="its key set: an https URL, or the path of a file")
    oidc_role_claim: str = Field(default="role", description="where its tokens name roles; dots lead into objects")
    oidc_roles: Annotated[Mapping[str, Role], NoDecode, BeforeValidator(_read_json), AfterValidator(_of_staff)] = Field(
        default_factory=lambda: {role.value: role for role in STAFF},
        description='what its roles are here, as JSON: {"Adjusters L1": "junior"}',
    )

    @classmethod
    def read(cls) -> Self:
        """The settings of the environment. Raises ``SettingsError`` that names every variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors())
            raise SettingsError("invalid", wrong, wrong=wrong) from None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        told = (self.oidc_issuer, self.oidc_audience, self.oidc_keys)
        if any(told) and not all(told):
            raise ValueError("OIDC_ISSUER, OIDC_AUDIENCE and OIDC_KEYS go together")
        if self.oidc_issuer == OWN_ISSUER:
            raise ValueError(f"OIDC_ISSUER: {OWN_ISSUER} is this service itself")
        if self.oidc_keys and not _fetchable(self.oidc_keys):
            raise ValueError("OIDC_KEYS: keys are fetched over https only")
        return self


def _fetchable(keys: str) -> bool:
    """Plain http only from this computer itself; anything without ``://`` is the path of a file."""
    if "://" not in keys:
        return True
    try:
        parts = urlsplit(keys)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return bool(host) and port != 0 and secure


def _variable(place: tuple[int | str, ...]) -> str:
    return f"{_PREFIX}{'.'.join(map(str, place)).upper()}" if place else f"{_PREFIX}OIDC_*"
