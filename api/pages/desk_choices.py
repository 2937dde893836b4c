"""What can be chosen when a line is corrected or something is asked for: values of the vocabulary with their names."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from claims.materials import Material
from claims.review_changes import Why
from model.texts import Texts
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.operations import Operation

_OPERATIONS: Final = (
    Operation.POLISH,
    Operation.PDR,
    Operation.REPAIR,
    Operation.REFINISH,
    Operation.REPLACE,
    Operation.BLEND,
    Operation.REMOVE_INSTALL,
    Operation.OVERHAUL,
    Operation.SUBLET,
    Operation.CALIBRATION,
    Operation.INSPECT,
)
"""The usual ones first: their places are the keys that choose them."""
_KEYS: Final = "1234567890-"


@dataclass(frozen=True, slots=True)
class Choice:
    """``key`` chooses it, empty without one; ``sided``: a car has two of it."""

    value: str
    text: str
    key: str = ""
    sided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """In one language."""

    parts: tuple[Choice, ...]
    sides: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    severities: tuple[Choice, ...]
    operations: tuple[Choice, ...]
    whys: tuple[Choice, ...]
    materials: tuple[Choice, ...]

    @classmethod
    def of(cls, texts: Texts) -> Self:
        """Everything that the API takes."""
        return cls(
            parts=tuple(Choice(part, texts.name(part), sided=part.sided) for part in Part),
            sides=_keyed((Side.LEFT, Side.RIGHT), texts),
            kinds=_keyed((DamageKind.SCRATCH, DamageKind.DENT, DamageKind.BROKEN), texts),
            severities=_keyed(Severity, texts),
            operations=_keyed(_OPERATIONS, texts),
            whys=tuple(Choice(why, texts.name(why)) for why in Why),
            materials=tuple(Choice(one, texts.sentences[f"material.{one}"]) for one in Material),
        )


def _keyed(words: Iterable[StrEnum], texts: Texts) -> tuple[Choice, ...]:
    return tuple(Choice(word, texts.name(word), key) for word, key in zip(words, _KEYS, strict=False))
