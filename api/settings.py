"""Settings from the environment, ``QUICKCLAIM_*``; the only place that reads it."""

import os
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import starmap
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.field_faults import FieldFault, together
from claims.as_typed import fault
from model.errors import SettingsError
from model.registry import DEFAULT_MODEL
from model.texts import LANGUAGES

_PREFIX = "QUICKCLAIM_"


def default_home() -> Path:
    """``$XDG_DATA_HOME/quickclaim``, by default ``~/.local/share/quickclaim``."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "quickclaim"


def _listed(value: object) -> object:
    """``a, b`` as a tuple; anything else as it is."""
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def _networks(value: object) -> object:
    """``192.0.2.1, 10.0.0.0/8`` as networks. The place of one that is none, counted from 1, is named."""
    items = _listed(value)
    return tuple(starmap(_network, enumerate(items, 1))) if isinstance(items, tuple) else items


def _network(place: int, text: object) -> object:
    try:
        return ip_network(text) if isinstance(text, str) else text
    except ValueError:
        raise fault("proxy", place=place) from None


def spoken_language() -> str:
    """The language for people, whatever else is wrong: as set, else Chinese in a Chinese locale, else English."""
    chosen = os.environ.get(f"{_PREFIX}LANGUAGE", "")
    if chosen in LANGUAGES:
        return chosen
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


class Settings(BaseSettings):
    """How this installation runs. Every field is an environment variable, e.g. ``QUICKCLAIM_HOME``; empty is unset."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="where imported price tables and caches live")
    database: str | None = Field(
        default=None, repr=False, description="postgresql://… or sqlite:///file; default: a file in the home folder"
    )
    photos: str | None = Field(
        default=None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$",
        description="s3://bucket/prefix; default: a folder in the home folder",
    )
    s3_endpoint: str | None = Field(
        default=None, pattern=r"^https?://[^/@?#\s]+/?$", description="where the bucket is; default: AWS"
    )
    s3_region: str | None = Field(default=None, description="region of the bucket")
    s3_key_id: SecretStr | None = Field(default=None, description="key to the bucket; default: the AWS_* variables")
    s3_secret: SecretStr | None = Field(default=None, description="its secret")
    region: str = Field(default="CN", description="market when a request names none")
    language: Literal["en", "zh"] | None = Field(default=None, description="default: from the locale, else English")
    phone: str | None = Field(
        default=None,
        pattern=r"^\+?[0-9][0-9 ()-]{2,28}[0-9]$",
        description="where customers reach a person, on every page",
    )
    detector: str = Field(default=DEFAULT_MODEL, description="name of the detector under model/weights")
    backend: Literal["openvino", "onnx", "torch"] = "openvino"
    checkpoint: Path | None = Field(default=None, description="the .pt file, for the torch backend only")
    threads: int | None = Field(default=None, ge=1, description="cores for the network; default: all")
    policy: Path | None = Field(default=None, description="a triage policy instead of the shipped one")
    max_photos: int = Field(default=40, ge=1, description="photos in one request")
    max_request_mib: int = Field(default=200, ge=1, description="size of one request, MiB")
    hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="names that the service answers to (header Host), without port, with commas; * for any",
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=(),
        description="addresses or networks of proxies in front, with commas; only they say who is behind them",
    )
    tls: bool = Field(default=False, description="a proxy in front ends TLS: browsers are told to come by https only")
    max_assessments: int = Field(default=2, ge=1, description="cases assessed at the same time")
    max_waiting: int = Field(default=6, ge=0, description="further requests that may wait; the next gets 503")
    max_wait_s: float = Field(
        default=1.5, ge=0, description="seconds that a case may wait for the machine; then more get 503; 0: no limit"
    )
    max_uploads_mib: int = Field(default=1000, ge=1, description="size of all requests in memory at a time, MiB")
    rate_address: int = Field(default=600, ge=0, description="requests a minute from one address; 0: no limit")
    rate_actor: int = Field(default=1200, ge=0, description="requests a minute of one app or person; 0: no limit")
    rate_login: int = Field(default=20, ge=0, description="logins a minute from one address; 0: no limit")
    drain_s: float = Field(default=2, ge=0, le=600, description="seconds not ready, but listening, before a stop")
    shutdown_s: int = Field(default=30, ge=1, le=3600, description="seconds that running requests have when it stops")
    log: Literal["json", "text"] | None = Field(default=None, description="default: json in production, else text")
    metrics_token: SecretStr | None = Field(
        default=None, min_length=16, description="opens /metrics; without one only this computer itself reads it"
    )
    keys: SecretStr | None = Field(default=None, description="the document of the installation's secrets")
    key_file: Path | None = Field(default=None, description="the same as a file; default: made in the home folder")
    audit_anchors: Path | None = Field(
        default=None,
        description="where links of the audit log are kept, best on another disk; default: in the home folder",
    )
    plain_webhooks: bool = Field(default=False, description="for tests: webhooks of this computer may be plain http")
    production: bool = Field(default=False, description="refuse to start with settings that are not safe in public")

    @classmethod
    def read(cls) -> Self:
        """The settings of the environment. Raises ``SettingsError`` that names every variable that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            found = map(FieldFault.of, error.errors(include_input=False))
            faults = [replace(one, field=f"{_PREFIX}{one.field.upper()}") for one in found]
            names = "; ".join(f"{one.field}: {one.code}" for one in faults)
            raise SettingsError("invalid", names, wrong=together(faults)) from None

    def upload_bytes(self) -> int:
        """What all requests together may hold; always enough for one."""
        return max(self.max_uploads_mib, self.max_request_mib) * 1024 * 1024

    def log_style(self) -> Literal["json", "text"]:
        """How lines of the log are written."""
        return self.log or ("json" if self.production else "text")

    def spoken(self) -> str:
        """The language for people: as set, else that of the locale."""
        return self.language or spoken_language()
