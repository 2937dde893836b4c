"""What the photos of the cases of a chunk show together, kept in one file: a run with other prices opens no photo."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from claims.assess import Found
from claims.note_json import note_json, note_of
from claims.observation_bytes import FORM as OBSERVATION_FORM
from claims.observation_bytes import observation_bytes, observation_of
from claims.observe import Observation
from claims.rescore.found_json import found_json, found_of
from claims.rescore.whole_files import checked, read_checked, write_whole
from model.notes import Note

FORM: Final = b"quickclaim/found/1\n"
"""Counts up with any change to how findings are joined that the rules do not tell, and to the table of boxes."""
_UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the photos of one case show: slim ``observations`` (no name, grey copy or detections) and ``found``; or the
    ``number`` of a photo, from 1, that cannot be used, and why (``refused``)."""

    observations: tuple[Observation, ...] = ()
    found: Found | None = None
    number: int | None = None
    refused: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Of the cases of a chunk, in order. ``detections``: Parquet of ``boxes`` rows; ``photos``: distinct ones."""

    shown: tuple[Shown, ...]
    detections: bytes
    boxes: int
    photos: int


def slim(seen: Observation) -> Observation:
    """Without what ``find`` has used up."""
    return replace(seen, name="", grey=None, detections=None)


@dataclass(frozen=True, slots=True)
class FoundCache:
    """One file per key (``claims.rescore.keys.found_key``), in a folder that several runs share."""

    folder: Path

    def get(self, key: str) -> Sight | None:
        """None where nothing is kept, or the file is damaged or of another form."""
        content = read_checked(self._path(key), FORM)
        try:
            return None if content is None else _sight(content)
        except _UNREADABLE:
            return None

    def put(self, key: str, sight: Sight) -> None:
        """Raises ``RescoreError`` ``no_space`` or ``not_writable``."""
        write_whole(self._path(key), checked(FORM, _content(sight)), aside=self.folder / "new")

    def _path(self, key: str) -> Path:
        return self.folder / "found" / key[:2] / key


def _content(sight: Sight) -> bytes:
    """A line about the cases, a line for each of their photos, and the Parquet file as it is."""
    cases = [_case(shown) for shown in sight.shown]
    lines = [_line(seen) for shown in sight.shown for seen in shown.observations]
    told = {"cases": cases, "boxes": sight.boxes, "photos": sight.photos, "lines": len(lines)}
    first = json.dumps(told, separators=(",", ":"), allow_nan=False).encode() + b"\n"
    return b"".join((first, *lines, sight.detections))


def _case(shown: Shown) -> dict[str, Any]:
    if shown.refused is not None:
        return {"photo": shown.number, "refused": note_json(shown.refused)}
    return {"photos": len(shown.observations), "found": shown.found and found_json(shown.found)}


def _line(seen: Observation) -> bytes:
    return observation_bytes(seen).removeprefix(OBSERVATION_FORM)


def _sight(content: bytes) -> Sight:
    first, _, rest = content.partition(b"\n")
    told: Mapping[str, Any] = json.loads(first)
    *lines, detections = rest.split(b"\n", told["lines"])
    coming = iter(lines)
    return Sight(
        shown=tuple(_shown(case, coming) for case in told["cases"]),
        detections=detections,
        boxes=told["boxes"],
        photos=told["photos"],
    )


def _shown(case: Mapping[str, Any], lines: Iterator[bytes]) -> Shown:
    if "refused" in case:
        return Shown(number=case["photo"], refused=note_of(case["refused"]))
    observations = tuple(_observation(index, next(lines)) for index in range(case["photos"]))
    return Shown(observations=observations, found=found_of(case["found"]))


def _observation(index: int, line: bytes) -> Observation:
    seen = observation_of(OBSERVATION_FORM + line + b"\n", (), index=index, name="")
    if seen is None:
        raise ValueError("no observation")
    return seen
