"""Settings from the environment, ``QUICKCLAIM_*``; the only place that reads it."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def default_home() -> Path:
    """``$XDG_DATA_HOME/quickclaim``, by default ``~/.local/share/quickclaim``."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "quickclaim"


def _listed(value: object) -> object:
    """``a, b`` as a tuple; anything else as it is."""
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


class Settings(BaseSettings):
    """How this installation runs. Every field is an environment variable, e.g. ``QUICKCLAIM_HOME``."""

    model_config = SettingsConfigDict(env_prefix="QUICKCLAIM_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="where imported price tables and caches live")
    region: str = Field(default="CN", description="market when a request names none")
    language: Literal["en", "zh"] | None = Field(default=None, description="default: from the locale, else English")
    detector: str = Field(default="joint-v0", description="name of the detector under model/weights")
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
    max_assessments: int = Field(default=2, ge=1, description="cases assessed at the same time")
    max_waiting: int = Field(default=6, ge=0, description="further requests that may wait; the next gets 503")

    def spoken(self) -> str:
        """The language for people: as set, else Chinese in a Chinese locale, else English."""
        if self.language:
            return self.language
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        return "zh" if locale.lower().startswith("zh") else "en"
