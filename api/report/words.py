"""How amounts, places and damages are worded: the same on the terminal, on the page and on the photos."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.report.marks import Mark, line_numbers
from claims.assess import Assessment
from claims.observe import Observation
from model.findings import Damage, PartRef, place_of
from model.notes import Note, note
from model.texts import Texts
from model.vocabulary import Part, Side
from parts_pricing.estimate import Estimate, EstimateLine
from parts_pricing.money import round_money, unit

_CANDIDATES_NAMED = 3


@dataclass(frozen=True, slots=True)
class Words:
    """One language and one currency (ISO 4217)."""

    texts: Texts
    currency: str

    def say(self, code: str, **facts: object) -> str:
        """The sentence ``report.<code>``."""
        return self.texts.say(note(f"report.{code}", **facts))

    def plainly(self, told: Note) -> str:
        """A fact alone, without what follows from it in a case: there is none here, and nobody who would act."""
        plain = f"inside.{told.code}"
        return self.texts.say(Note(plain, told.facts) if plain in self.texts.sentences else told)

    def money(self, amount: Decimal) -> str:
        """1,234.50 元, CNY 1,234.50, $1,234.50; a currency without a pattern of its own stands before the figure."""
        shown = f"{round_money(amount, unit(self.currency)):,}"
        code = f"report.money.{self.currency}"
        known = code if code in self.texts.sentences else "report.money.other"
        return self.texts.say(note(known, amount=shown, currency=self.currency))

    def bounds(self, low: Decimal, high: Decimal) -> str:
        """Two amounts without currency, and without cents where there are none."""
        return "–".join(f"{item:,.0f}" if item == item.to_integral_value() else f"{item:,}" for item in (low, high))

    def figure(self, amount: Decimal) -> str:
        """The amount without its currency, for a column; a dash for nothing."""
        return f"{round_money(amount, unit(self.currency)):,}" if amount else self.say("none")

    def number(self, hours: Decimal) -> str:
        """Hours without needless zeros, a dash for none."""
        return f"{hours.normalize():f}" if hours else self.say("none")

    def day(self, day: date) -> str:
        """22 November 2026, 2026年11月22日."""
        return self.say("day", year=day.year, month=self.say(f"month.{day.month}"), day=day.day)

    def damage_place(self, damage: Damage) -> str:
        """Where a damage is; the parts it may be on while nobody can say."""
        return self._candidates([damage]) if damage.part is None else self._place(damage.part, damage.side)

    def line_place(self, line: EstimateLine, damages: Iterable[Damage]) -> str:
        """The part of a line, with a capital where the language has them."""
        unnamed = [item for item in damages if item.part is None]
        place = self._candidates(unnamed) if line.part is None else self._place(line.part, line.side)
        return place[:1].upper() + place[1:]

    def seen(self, damage: Damage) -> str:
        """Kind and severity; says when the severity is assumed."""
        sure = "known" if damage.severity_certain else "assumed"
        return self.say(f"seen.{sure}", kind=damage.kind, severity=damage.severity)

    def _place(self, part: Part | None, side: Side) -> str:
        place = place_of(part, side)
        return self.texts.place(place) if isinstance(place, PartRef) else self.texts.say(place)

    def _candidates(self, damages: Iterable[Damage]) -> str:
        parts = dict.fromkeys(ref.part for damage in damages for ref in damage.candidates)
        names = [self.texts.name(part) for part in parts]
        return self.say("or").join(names[:_CANDIDATES_NAMED]) if names else self._place(None, Side.UNKNOWN)


def to_verify(line: EstimateLine) -> bool:
    """True for a line whose only open cost lies within the bounds of its range, which that of the estimate holds."""
    return line.missing == ("calibration",) and line.high > line.total


def open_ended(estimate: Estimate) -> bool:
    """True when something has no price and no bound."""
    return any(not line.priced and not to_verify(line) for line in estimate.lines)


def price_tag(line: EstimateLine, words: Words) -> str | None:
    """What stands beside the amount of a line that is not priced yet, else None."""
    if line.priced:
        return None
    if to_verify(line):
        return words.say("tag.to_verify", span=words.bounds(line.low, line.high))
    return words.say("tag.unpriced")


def damages_of(line: EstimateLine, assessment: Assessment) -> list[Damage]:
    """The damages that a line is about."""
    return [assessment.damages[index] for index in line.damages]


def seen_for(number: int, assessment: Assessment, words: Words) -> list[str]:
    """What was seen, at the first line about it; a line that follows from it names that line. ``number`` from 1."""
    line, numbers = assessment.estimate.lines[number - 1], line_numbers(assessment)
    own = [words.seen(assessment.damages[index]) for index in line.damages if numbers[index] == number]
    others = [words.say("seen.with", line=numbers[index]) for index in line.damages if numbers[index] != number]
    return list(dict.fromkeys(own or others)) or [words.say("seen.nothing")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``level``: clear, advice, unusable or rejected."""

    level: str
    advice: tuple[str, ...]


def told_of(seen: Observation, marks: Sequence[Mark], words: Words) -> list[str]:
    """What a usable photo gave, where its sender may wonder: nothing was seen, or nobody is sure what it shows."""
    unsure = seen.usable and seen.quality is not None and not seen.quality.sure
    facts = {"unsure": unsure, "nothing": seen.usable and not marks}
    return [words.say(f"photos.{name}") for name, holds in facts.items() if holds]


def verdict(seen: Observation, texts: Texts) -> Verdict:
    """What became of one photo, and what its sender can do about it."""
    notes: tuple[Note, ...] = seen.quality.reasons if seen.quality else ()
    level = "clear" if not notes else "advice"
    if seen.rejection:
        level, notes = "rejected", (seen.rejection,)
    elif not seen.usable:
        level = "unusable"
    return Verdict(level=level, advice=tuple(texts.say(item) for item in notes))
