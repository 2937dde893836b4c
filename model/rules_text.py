"""Reading reviewed YAML: limits against files that are made to be slow, and errors that name places, not contents."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from model.errors import RulesError

Model = TypeVar("Model", bound=BaseModel)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_CHARACTERS = 256 * 1024
_MAX_ALIASES = 40
"""Aliases repeat what they name; a few levels of ten each fill any memory."""


def read_mapping(text: str, name: str) -> Mapping[str, Any]:
    """The mapping in a YAML text. Raises ``RulesError`` ``rules.unreadable``, which says ``name``, the file's."""
    if len(text) > _MAX_CHARACTERS:
        raise RulesError("unreadable", f"{name}: longer than {_MAX_CHARACTERS} characters", file=name)
    try:
        aliases = sum(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_LOADER))
        if aliases > _MAX_ALIASES:
            raise RulesError("unreadable", f"{name}: more than {_MAX_ALIASES} aliases", file=name)
        tree = yaml.load(text, Loader=_LOADER)  # noqa: S506 - the safe loader, in C where there is one
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise RulesError("unreadable", f"{name}{line}: {error.problem}", file=name) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RulesError("unreadable", f"{name}: {type(error).__name__}", file=name) from error
    if not isinstance(tree, Mapping):
        raise RulesError("unreadable", f"{name}: not a mapping", file=name)
    return tree


def read_rules(model: type[Model], text: str, name: str) -> Model:
    """A frozen model of a YAML text. Raises ``RulesError``: ``unreadable``, or ``invalid`` that names every field."""
    tree = read_mapping(text, name)
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise refused(name, error) from error


def read_versioned(model: type[Model], text: str, name: str) -> Model:
    """The same for a model with a ``version``, which gets a short hash of the content behind the declared one.

    A text that was read lately is not read again: the models are frozen.
    """
    rules = _versioned(model, text, name)
    assert isinstance(rules, model)  # noqa: S101 - for the type checker
    return rules


@lru_cache(maxsize=64)
def _versioned(model: type[BaseModel], text: str, name: str) -> BaseModel:
    rules = read_rules(model, text, name)
    declared = rules.model_dump(include={"version"})["version"]
    return rules.model_copy(update={"version": version_of(declared, text)})


def version_of(declared: str, text: str) -> str:
    """The declared version with a short hash of the content: who changes a file and forgets its version is seen."""
    return f"{declared}@{sha256(text.encode()).hexdigest()[:8]}"


def refused(name: str, error: ValidationError) -> RulesError:
    """The error that names every wrong place of a rules file."""
    places = [f"{'.'.join(str(step) for step in item['loc'])}: {item['msg']}" for item in error.errors()]
    return RulesError("invalid", f"{name}: " + "; ".join(places), file=name)
