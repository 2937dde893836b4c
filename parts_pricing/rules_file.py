"""A reviewed YAML file of rules: strict models, and every source id it names must be listed in it."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from model.errors import RulesError


class Strict(BaseModel):
    """A section of a rules file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def shipped(name: str) -> Traversable:
    """A file of the installed ``data/rules`` folder."""
    return files("data").joinpath("rules", name)


def read_text(source: Path | Traversable) -> str:
    """What a file says. Raises ``RulesError`` ``rules.unreadable``."""
    try:
        return source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError("unreadable", f"{source.name}: {error}", file=source.name) from error


def check_sources(name: str, model: BaseModel, known: Mapping[str, str]) -> None:
    """Raises ``RulesError`` for a source id that the file does not explain."""
    missing = sorted({source for source in _named_sources(model) if source not in known})
    if missing:
        raise RulesError("unknown_source", f"{name}: {', '.join(missing)}", file=name)


def _named_sources(value: object) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for key, inner in value:
            if key == "sources" and isinstance(inner, tuple):
                yield from inner
            else:
                yield from _named_sources(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _named_sources(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _named_sources(inner)
