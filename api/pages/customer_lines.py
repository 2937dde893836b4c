"""The lines of an estimate and the photos that they are seen on, as a customer's page shows them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.claim_views.assessed import AssessedOut
from api.claim_views.explained_lines import AmountsOut, ExplainedLineOut
from api.claim_views.parts import CasePhotoOut
from api.report.words import Words
from api.schemas import UNKNOWN, BoxPx, LineOut
from model.findings import PartRef, place_of
from model.texts import Texts
from model.vocabulary import Part, Side
from parts_pricing.operations import Operation

COLOURS: Final = 6
"""Of ``--mark-0`` and so on in ``tokens.css``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line by the ``number`` (from 1) that marks it on the photos. ``amount`` is None while nothing is priced.

    ``span`` are the limits of what is still to be verified; ``basis`` says why; ``changes`` what a person changed.
    """

    number: int
    place: str
    work: str
    amount: str | None
    span: str | None
    removed: bool
    basis: tuple[str, ...]
    changes: tuple[str, ...]
    seen: bool

    @property
    def colour(self) -> int:
        """Of its marks."""
        return (self.number - 1) % COLOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a line is seen: a box in px of the upright photo."""

    line: ShownLine
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPhoto:
    """A photo by its ``number`` (from 1) in the case."""

    number: int
    photo: CasePhotoOut
    marks: tuple[Mark, ...]


def lines_of(why: Sequence[ExplainedLineOut], assessed: AssessedOut, words: Words) -> tuple[ShownLine, ...]:
    """Every line, a person's word before the machine's."""
    priced = dict(enumerate(assessed.estimate.lines))
    return tuple(
        _line(number, line, None if line.human else priced.get(line.number), words)
        for number, line in enumerate(why, 1)
    )


def marked(
    photos: Sequence[CasePhotoOut], why: Sequence[ExplainedLineOut], lines: Sequence[ShownLine]
) -> tuple[MarkedPhoto, ...]:
    """All photos of the case, each with the marks of its lines.

    What a person took out is not marked, and lines about the same damage share the mark of the first.
    """
    marks: Mapping[str, dict[BoxPx, Mark]] = defaultdict(dict)
    for told, line in zip(why, lines, strict=True):
        for one in () if line.removed else told.seen:
            marks[one.photo].setdefault(one.box, _mark(line, one.box))
    return tuple(
        MarkedPhoto(number=number, photo=photo, marks=tuple(marks[photo.sha256].values()) if photo.width else ())
        for number, photo in enumerate(photos, 1)
    )


def _line(number: int, told: ExplainedLineOut, machine: LineOut | None, words: Words) -> ShownLine:
    holds = told.human or told.machine
    assert holds is not None  # noqa: S101 - one of the two wrote the line
    open_ = machine is not None and not machine.priced and not told.removed
    return ShownLine(
        number=number,
        place=_place(holds, words.texts),
        work=words.texts.name(Operation(holds.operation)),
        amount=None if open_ and not told.amount else words.money(told.amount),
        span=_span(machine, words) if machine and open_ else None,
        removed=told.removed,
        basis=tuple(item.text for item in told.basis),
        changes=tuple(item.why.text for item in told.changes),
        seen=bool(told.seen),
    )


def _span(line: LineOut, words: Words) -> str | None:
    low, high = line.low or Decimal(0), line.high or Decimal(0)
    return words.say("range", low=words.money(low), high=words.money(high)) if high > low else None


def _place(amounts: AmountsOut, texts: Texts) -> str:
    place = place_of(None if amounts.part == UNKNOWN else Part(amounts.part), Side(amounts.side))
    name = texts.place(place) if isinstance(place, PartRef) else texts.say(place)
    return name[:1].upper() + name[1:]


def _mark(line: ShownLine, box: BoxPx) -> Mark:
    x1, y1, x2, y2 = box
    return Mark(line=line, x=x1, y=y1, width=x2 - x1, height=y2 - y1)
