"""Reading a reviewed YAML file of rules: strict models, and every source id it names must be listed in it."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from model.errors import RulesError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Strict(BaseModel):
    """A section of a rules file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def shipped(name: str) -> Traversable:
    """A file of the installed ``data/rules`` folder."""
    return files("data").joinpath("rules", name)


def read_yaml(source: Path | Traversable) -> Mapping[str, Any]:
    """The mapping in a YAML file. Raises ``RulesError`` when it cannot be read."""
    try:
        tree = yaml.load(source.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError("unreadable", f"{source.name}: {error}", file=source.name) from error
    if not isinstance(tree, Mapping):
        raise RulesError("unreadable", f"{source.name}: not a mapping", file=source.name)
    return tree


def refuse_invalid(name: str, error: ValidationError) -> RulesError:
    """The error that names every wrong place of a rules file."""
    places = [f"{'.'.join(str(step) for step in item['loc'])}: {item['msg']}" for item in error.errors()]
    return RulesError("invalid", f"{name}: " + "; ".join(places), file=name)


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
