"""What the photos of a case show: one ``Damage`` per damaged part and kind, with all its evidence."""

from dataclasses import dataclass

from model.notes import Note, note
from model.vocabulary import DamageKind, Part, Severity, Side

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the upright photo."""
PART_LABELS = "damaged_"
"""What the labels of damaged parts begin with, and no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRef:
    """A part with its side. Parts without a side always carry ``Side.NONE``."""

    part: Part
    side: Side = Side.NONE

    def __post_init__(self) -> None:
        if self.part.sided == (self.side is Side.NONE):
            raise ValueError(f"{self.part} cannot have side {self.side}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One box on one photo. ``photo`` is the index of the photo in the case; ``score`` in 0..1."""

    photo: int
    box: Box
    score: float
    label: str

    @property
    def of_part(self) -> bool:
        """True for the outline of a part that is damaged somewhere, False for that of the damage itself."""
        return self.label.startswith(PART_LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One damage of the case.

    ``part`` is None while the evidence leaves more than one candidate, or none; ``candidates`` then holds every part
    that it may be, best supported first, and may be empty when nothing at all names a part. ``area_cm2`` is the
    estimated size of the damage, None without any scale. ``severity_certain`` is False when the severity was assumed
    rather than measured or seen. ``doubtful``: seen only on photos that may show no car at all; it stays, a wider
    photo is asked for, and it makes no line of an estimate.
    """

    part: Part | None
    side: Side
    kind: DamageKind
    severity: Severity
    confidence: float
    evidence: tuple[Evidence, ...]
    candidates: tuple[PartRef, ...] = ()
    area_cm2: float | None = None
    severity_certain: bool = False
    doubtful: bool = False
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is not a probability")
        if not self.evidence:
            raise ValueError("a damage without evidence is a guess")
        if self.part is not None and self.part.sided == (self.side is Side.NONE):
            raise ValueError(f"{self.part} cannot have side {self.side}")

    @property
    def ambiguous(self) -> bool:
        """True when a person has to say which part or side this is."""
        return self.part is None or self.side is Side.UNKNOWN

    @property
    def kind_confidence(self) -> float:
        """How sure the kind is, 0..1: of those outlines that show the damage itself, where there are any.

        ``confidence`` says how sure it is that the part is damaged at all.
        """
        shown = [item.score for item in self.evidence if not item.of_part]
        best = max(item.score for item in self.evidence)
        return self.confidence * max(shown) / best if shown and best else self.confidence

    @property
    def place(self) -> "PartRef | Note":
        """The part with its side for a sentence; the candidates, or that there are none, while nobody can say."""
        if self.part is None and self.candidates:
            return note("name.place.candidates", places=self.candidates)
        return place_of(self.part, self.side)

    @property
    def photos(self) -> frozenset[int]:
        """Indices of the photos that show it."""
        return frozenset(item.photo for item in self.evidence)


def place_of(part: Part | None, side: Side) -> PartRef | Note:
    """How a sentence names a part that may not be known."""
    return note("name.part.unknown") if part is None else PartRef(part=part, side=side)
