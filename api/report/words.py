"""How amounts, places and damages are worded: the same on the terminal, on the page and on the photos."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.report.marks import line_numbers
from claims.assess import Assessment
from claims.observe import Observation
from model.findings import Damage, PartRef, place_of
from model.notes import Note, note
from model.texts import Texts
from model.vocabulary import Part, Side
from parts_pricing.estimate import EstimateLine
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

    def money(self, amount: Decimal) -> str:
        """1,234.50 元, CNY 1,234.50, $1,234.50; a currency without a pattern of its own stands before the figure."""
        shown = f"{round_money(amount, unit(self.currency)):,}"
        code = f"report.money.{self.currency}"
        known = code if code in self.texts.sentences else "report.money.other"
        return self.texts.say(note(known, amount=shown, currency=self.currency))

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


def verdict(seen: Observation, texts: Texts) -> Verdict:
    """What became of one photo, and what its sender can do about it."""
    notes: tuple[Note, ...] = seen.quality.reasons if seen.quality else ()
    level = "clear" if not notes else "advice"
    if seen.rejection:
        level, notes = "rejected", (seen.rejection,)
    elif not seen.usable:
        level = "unusable"
    return Verdict(level=level, advice=tuple(texts.say(item) for item in notes))


def harmless(name: str) -> str:
    """A sender's file name without control, direction-changing or undecodable characters."""
    return "".join(letter if letter.isprintable() else "�" for letter in name) or "�"
