"""Photos of cars said to be undamaged, looked at again: those of the validation side that tempt a detector to see
damage (people, open doors, snow, dirt, reflections), and those of either side that do show damage.

``annotations/hard_clean.yaml`` lists them by sha256; what the reasons mean is in ``docs/labelling.md``.
"""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, Field, RootModel, ValidationError

from model.errors import ModelError
from model.manifest import Sha256

Reason = Literal["people", "open_door", "foam", "dirt", "render", "reflection", "crowd", "damaged", "unsure"]
NOT_CLEAN = frozenset({"damaged", "unsure"})
"""The photo's set says undamaged, and who looked at it saw damage or could not tell: no clean photo, so not a hard one
either."""


def _fit_together(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    if len(set(reasons)) < len(reasons):
        raise ValueError("a reason is given twice")
    if NOT_CLEAN.intersection(reasons) and len(reasons) > 1:
        raise ValueError("a photo that is not clean has no other reason")
    return reasons


Reasons = Annotated[tuple[Reason, ...], Field(min_length=1), AfterValidator(_fit_together)]


class _Looked(RootModel[dict[Sha256, Reasons]]):
    pass


def hard_clean(file: Path | None = None) -> Mapping[str, tuple[Reason, ...]]:
    """sha256 → why the photo is hard, from ``file`` or from the project's own; those that may show damage are left out.

    Raises ``ModelError`` ``model.data_unreadable``, also where photos are out of order or listed twice.
    """
    return {sha256: reasons for sha256, reasons in _looked(file).items() if not NOT_CLEAN.intersection(reasons)}


def not_clean(file: Path | None = None) -> frozenset[str]:
    """sha256 of photos that their set calls undamaged and that show damage, or may. Raises as ``hard_clean`` does."""
    return frozenset(sha256 for sha256, reasons in _looked(file).items() if NOT_CLEAN.intersection(reasons))


def _looked(file: Path | None) -> Mapping[str, tuple[Reason, ...]]:
    text = _text(file or files(__package__).joinpath("annotations/hard_clean.yaml"))
    try:
        looked = _Looked.model_validate(yaml.safe_load(text)).root
    except (yaml.YAMLError, ValidationError) as error:
        raise ModelError("data_unreadable", f"hard clean photos: {error}") from error
    if (listed := _listed(text)) != sorted(set(listed)):
        raise ModelError("data_unreadable", "hard clean photos: not in order of sha256, or one of them twice")
    return looked


def _listed(text: str) -> list[str]:
    """The keys as they are written: a mapping that was read has lost those that came twice."""
    node = yaml.compose(text)
    return [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


def _text(source: Traversable) -> str:
    try:
        return source.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError("data_unreadable", f"hard clean photos: {error}") from error
