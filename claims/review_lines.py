"""An estimate under review: each line with the machine's value beside the person's, who changed it and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from claims.marks import Mark
from claims.review_changes import Why
from claims.states import Role
from model.findings import PartRef
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.calculate import Column
from parts_pricing.decide import Shop
from parts_pricing.estimate import net_amount
from parts_pricing.money import ZERO
from parts_pricing.operations import Operation
from parts_pricing.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class LineValue:
    """What a line says. Amounts include tax, in minor units; ``hours`` are body hours.

    ``kind`` and ``severity`` are those of its worst damage, None for work on an undamaged part. One that is not
    ``priced`` holds what is known so far.
    """

    part: Part | None
    side: Side
    operation: Operation
    kind: DamageKind | None
    severity: Severity | None
    hours: Decimal
    refinish_hours: Decimal
    labour: Decimal
    paint: Decimal
    parts: Decimal
    other: Decimal
    priced: bool

    @property
    def total(self) -> Decimal:
        """All four amounts."""
        return self.labour + self.paint + self.parts + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One change: who made it in which role, when, why. The remark may name people: it is in no ``repr``."""

    by: UUID
    role: Role
    at: datetime
    why: Why
    remark: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedLine:
    """One line. ``number`` never changes and is never used again.

    ``machine`` is None for a line that a person added, ``human`` while the line is as the machine left it. A line that
    nobody touched may have a human value too: its paint shares a job with what was changed. A ``removed`` line stays,
    and counts nothing. ``marks``: where it is seen. ``work`` and ``typed`` are what it is priced from.
    """

    number: int
    machine: LineValue | None
    human: LineValue | None = None
    removed: bool = False
    touches: tuple[Touch, ...] = ()
    marks: tuple[Mark, ...] = ()
    kind: DamageKind | None = None
    severity: Severity | None = None
    work: Work = field(repr=False)
    typed: Mapping[Column, Decimal] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.machine is None and self.human is None:
            raise ValueError("a line that nobody wrote")
        object.__setattr__(self, "typed", MappingProxyType(dict(self.typed)))

    @property
    def value(self) -> LineValue:
        """What holds: the person's word, else the machine's."""
        value = self.human or self.machine
        assert value is not None  # noqa: S101 - checked above
        return value

    @property
    def amount(self) -> Decimal:
        """What it adds to the total."""
        return ZERO if self.removed else self.value.total

    @property
    def overridden(self) -> bool:
        """Whether a person's word differs from the machine's; a line that only moved with others does not count."""
        differs = self.removed or (self.human is not None and self.human != self.machine)
        return bool(self.touches) and differs and not (self.removed and self.machine is None)

    @property
    def ref(self) -> PartRef | None:
        """The part that is worked on, as far as it is known."""
        value = self.value
        return None if value.part is None else PartRef(part=value.part, side=value.side)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedPhoto:
    """A photo that marks may be on; its index is its place in ``Review.photos``. Sizes in px of the upright photo."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person's work on one estimate. ``version`` counts the corrections: what two people may not both write.

    ``total`` is the sum of the lines that count, gross with tax. ``tax`` is None when somebody typed an amount where
    tax is added: nobody said how much of it is tax.
    """

    version: int
    lines: tuple[ReviewedLine, ...]
    photos: tuple[ReviewedPhoto | None, ...]
    machine_total: Decimal
    total: Decimal
    tax: Decimal | None
    deductible: Decimal
    salvage: Decimal
    betterment: Decimal
    shop: Shop = field(repr=False)

    def __post_init__(self) -> None:
        if sum((line.amount for line in self.lines), ZERO) != self.total:
            raise ValueError("the lines do not sum to the total")

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.shop.profile.currency

    @property
    def sizes(self) -> tuple[tuple[int, int] | None, ...]:
        """Width and height of each photo in px."""
        return tuple(None if photo is None else (photo.width, photo.height) for photo in self.photos)

    @property
    def net(self) -> Decimal:
        """What would be paid."""
        return net_amount(
            self.total,
            salvage=self.salvage,
            betterment=self.betterment,
            deductible=self.deductible,
            profile=self.shop.profile,
        )

    @property
    def at_least(self) -> bool:
        """True while a line that counts has no price."""
        return any(not line.value.priced for line in self.lines if not line.removed)

    @property
    def overridden(self) -> bool:
        """Whether a person changed anything that the machine said."""
        return any(line.overridden for line in self.lines)
