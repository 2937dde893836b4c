"""A stored estimate made again from its photos, facts, day and versions: the same to the byte, or where it is not."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Self

from claims.assess import Assessment, assess
from claims.canonical import canonical, packed
from claims.facts import CaseFacts
from claims.observe import Eyes, PhotoSource
from claims.utc import as_text

_ABOUT = "quickclaim assessment inputs 1"
"""Part of what is hashed: raised when the spelling of the inputs changes."""
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEstimate:
    """What is kept of a machine estimate. ``photos`` are sha256 in the order of the case, ``facts`` canonical JSON."""

    photos: tuple[str, ...]
    facts: bytes = field(repr=False)
    on: date
    versions: Mapping[str, str]
    document: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "versions", MappingProxyType(dict(self.versions)))

    @classmethod
    def of(cls, assessment: Assessment, facts: CaseFacts, *, on: date) -> Self:
        """Raises ``ValueError`` for a photo without a hash: what was never read cannot be looked at again."""
        photos = tuple(seen.sha256 for seen in assessment.observations if seen.sha256 is not None)
        if len(photos) != len(assessment.observations):
            raise ValueError("a photo without a hash cannot be found again")
        return cls(
            photos=photos,
            facts=facts_json(facts),
            on=on,
            versions=assessment.versions,
            document=canonical(assessment),
        )

    @property
    def told(self) -> dict[str, Any]:
        """The document, read; amounts are decimals as text."""
        return dict(json.loads(self.document))

    @property
    def inputs(self) -> str:
        """The key under which it is stored once."""
        return inputs_hash(self.photos, CaseFacts.from_json(self.facts), self.on, self.versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place of the document, like ``estimate.lines[0].total``, with both values as JSON; None: not there."""

    where: str
    stored: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """``same`` when the bytes are; else every place that differs. ``document`` is what was made now."""

    same: bool
    differences: tuple[Difference, ...]
    document: bytes = field(repr=False)


def facts_json(facts: CaseFacts) -> bytes:
    """The facts in one spelling: equal facts give equal bytes, and ``CaseFacts.from_json`` gives them back."""
    return packed(_plain(facts.model_dump(mode="python")))


def inputs_hash(photos: Sequence[str], facts: CaseFacts, on: date, versions: Mapping[str, str]) -> str:
    """SHA-256, in hex, of everything that an assessment depends on: photo hashes in order, facts, day, versions."""
    document = {
        "about": _ABOUT,
        "photos": list(photos),
        "facts": _plain(facts.model_dump(mode="python")),
        "on": on.isoformat(),
        "versions": dict(versions),
    }
    return sha256(packed(document)).hexdigest()


def replay(stored: StoredEstimate, eyes: Eyes, photos: Sequence[PhotoSource]) -> Replay:
    """Assess again and compare. ``photos`` in the order of the case; another photo, order or version is a difference.

    Raises ``UsageError`` when the tables of ``eyes`` do not know the region, class or shop: they are not those of the
    estimate.
    """
    now = canonical(assess(photos, CaseFacts.from_json(stored.facts), eyes, on=stored.on))
    found = tuple(_differences("", json.loads(stored.document), json.loads(now)))
    return Replay(same=now == stored.document, differences=found, document=now)


def _differences(where: str, stored: Any, now: Any) -> Iterator[Difference]:
    if isinstance(stored, dict) and isinstance(now, dict):
        for key in sorted(stored.keys() | now.keys()):
            below = f"{where}.{key}" if where else key
            yield from _differences(below, stored.get(key, _ABSENT), now.get(key, _ABSENT))
    elif isinstance(stored, list) and isinstance(now, list):
        for index in range(max(len(stored), len(now))):
            yield from _differences(f"{where}[{index}]", _at(stored, index), _at(now, index))
    elif stored != now:
        yield Difference(where=where, stored=_told(stored), now=_told(now))


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else _ABSENT


def _told(value: Any) -> str | None:
    return None if value is _ABSENT else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    """Equal values in one spelling: 5 and 5.00 are one amount, a moment is told in UTC, a wall-clock time as it is."""
    if isinstance(value, Decimal):
        return _amount(value)
    if isinstance(value, datetime):
        return as_text(value) if value.utcoffset() is not None else value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _amount(value: Decimal) -> str:
    text = f"{abs(value) if value == 0 else value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
