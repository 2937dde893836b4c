"""A draft is what an annotator writes about one photo (JSON, see ``docs/labelling.md``); here it becomes labels.

A draft may point at a proposal of its sheet by its number (``"P3"``) instead of repeating its box.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from data.annotated import AnnotatedPhoto
from data.own_labels import Corners, LabelledPhoto
from model.errors import ModelError
from model.vocabulary import Part, Side

DRAFT = frozenset({"view", "parts", "damages", "others", "note"})
PART = frozenset({"part", "box"})
DAMAGE = frozenset({"part", "kind", "severity", "outline"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """``P…``: a part that the detector sees; ``D…``: a damage that the set's own people drew. In thousandths."""

    number: str
    text: str
    outline: tuple[tuple[int, int], ...]

    @property
    def box(self) -> Corners:
        """The smallest box around it."""
        xs, ys = [x for x, _ in self.outline], [y for _, y in self.outline]
        return (min(xs), min(ys), max(xs), max(ys))


def read_draft(text: str, photo: AnnotatedPhoto, proposals: Sequence[Proposal]) -> LabelledPhoto:
    """A draft becomes labels. Raises ``ModelError`` ``model.data_unreadable``, naming the photo and the fault."""
    try:
        draft = _only(DRAFT, json.loads(text))
        known = {item.number: item for item in proposals}
        return LabelledPhoto(
            sha256=hashlib.sha256(photo.path.read_bytes()).hexdigest(),
            folder=photo.path.parent.parent.name,
            file=photo.path.name,
            width=photo.width,
            height=photo.height,
            view=draft.get("view", ""),
            parts=[_part(item, known) for item in draft.get("parts", [])],
            damages=[_damage(item, known) for item in draft.get("damages", [])],
            others=draft.get("others", ()),
            note=draft.get("note", ""),
        )
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("data_unreadable", f"{photo.path.name}: {_fault(error)}") from error


def _fault(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"
    return str(error) if isinstance(error, ValueError) else repr(error)


def _part(item: Any, known: Mapping[str, Proposal]) -> dict[str, Any]:
    """``"P3"``, ``"P3=front_door:left"`` or ``{"part": "front_door:left", "box": [x1, y1, x2, y2]}``."""
    if isinstance(item, str):
        number, _, word = item.partition("=")
        proposal = _proposal(number, known)
        return {**_place(word or proposal.text), "box": proposal.box}
    return {**_place(_only(PART, item)["part"]), "box": item["box"]}


def _damage(item: Mapping[str, Any], known: Mapping[str, Proposal]) -> dict[str, Any]:
    """``outline``: points, or the number of a proposal."""
    drawn = _only(DAMAGE, item)["outline"]
    outline = _proposal(drawn, known).outline if isinstance(drawn, str) else drawn
    place = _place(item["part"]) if item.get("part") else {}
    return {**place, "kind": item["kind"], "severity": item["severity"], "outline": outline}


def _only(keys: frozenset[str], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """A misspelt key would be a label that nobody misses."""
    if unknown := sorted(item.keys() - keys):
        raise ValueError(f"unknown: {', '.join(unknown)}; one of {', '.join(sorted(keys))}")
    return item


def _proposal(number: str, known: Mapping[str, Proposal]) -> Proposal:
    if number not in known:
        raise ValueError(f"no proposal {number!r}")
    return known[number]


def _place(word: str) -> dict[str, str]:
    part, _, side = word.partition(":")
    return {"part": part, "side": side or (Side.UNKNOWN if Part(part).sided else Side.NONE)}
