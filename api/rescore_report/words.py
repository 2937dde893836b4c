"""How the report says shares, amounts, months and names in one language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from claims.rescore.figures.results.figures import SMALL, By
from claims.rescore.figures.results.values import Mean, Share
from model.findings import PartRef
from model.labels import Label, LabelPart
from model.naming import shown_name
from model.notes import Note, note
from model.texts import Texts
from model.vocabulary import LabelGroup, Side
from parts_pricing.money import round_money, unit

MINUS: Final = "\N{MINUS SIGN}"
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_LONGEST: Final = 64
_MOST_SHARE: Final = 9.99
_WHOLE_FROM: Final = 10
"""Amounts from here on are shown without cents: on this page they are estimates, sums and means."""
_NAMES: Final = {By.VEHICLE_CLASS: "page.class_name", By.REGION: "page.region_name", By.PRICED: "rescore_report.priced"}


class Style(StrEnum):
    """How a figure is written."""

    SHARE = "share"
    SIGNED = "signed"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure as it is shown. ``value`` is None where there is none, ``reach`` where there is no interval.

    ``few``: it rests on some cases, but on fewer than 30.
    """

    value: str | None
    reach: str | None
    n: str
    few: bool


@dataclass(frozen=True, slots=True)
class Words:
    """One language. ``labels``: what the network's labels mean, by their names."""

    texts: Texts
    labels: Mapping[str, Label] = field(default_factory=dict)

    def __call__(self, code: str, **facts: object) -> str:
        """The sentence ``rescore_report.<code>``."""
        return self.texts.say(Note(f"rescore_report.{code}", facts))

    def named(self, code: str, otherwise: str) -> str:
        """The sentence of a full code; ``otherwise``, made fit to be shown, where there is none."""
        return self.texts.sentences.get(code) or self.foreign(otherwise)

    def foreign(self, text: str, most: int = _LONGEST) -> str:
        """Somebody else's word for something: fit to be shown, its middle left out where it is long."""
        half = most // 2
        short = text if len(text) <= most else f"{text[:half]}…{text[-half:]}"
        return shown_name(short)

    def count(self, n: int) -> str:
        """20,000."""
        return f"{n:,}"

    def percent(self, share: float, places: int = 1) -> str:
        """41.2%; a share below 0 with a true minus. Beyond 999% the size says nothing, and is not written."""
        if abs(share) > _MOST_SHARE:
            return self._beyond(share, "")
        text = f"{abs(share):.{places}%}"
        return f"{MINUS}{text}" if share < 0 and text.strip("0.%") else text

    def signed(self, share: float) -> str:
        """+2.3%, −1.0%, 0.0%."""
        if share > _MOST_SHARE:
            return self._beyond(share, "+")
        text = self.percent(share)
        return f"+{text}" if share > 0 and text.strip("0.%") else text

    def money(self, amount: Decimal, currency: str) -> str:
        """The amount in its currency, without cents from 10 on; a minus stands first."""
        minor = Decimal(1) if abs(amount) >= _WHOLE_FROM or not amount else unit(currency)
        rounded = round_money(amount, minor)
        code = f"report.money.{currency}"
        known = code if code in self.texts.sentences else "report.money.other"
        text = self.texts.say(note(known, amount=f"{abs(rounded):,}", currency=self.foreign(currency)))
        return f"{MINUS}{text}" if rounded < 0 else text

    def currency(self, code: str) -> str:
        """What a currency is called, its code where nobody named it."""
        return self.named(f"rescore_report.money_name.{code}", code)

    def change(self, amount: Decimal, currency: str) -> str:
        """The same with a plus where it rises."""
        return f"{'+' if amount > 0 else ''}{self.money(amount, currency)}"

    def day(self, day: date) -> str:
        """22 November 2026, 2026年11月22日."""
        month = self.texts.sentences[f"report.month.{day.month}"]
        return self.texts.say(note("report.day", year=day.year, month=month, day=day.day))

    def month(self, key: str | None) -> str:
        """March 2026, 2026年3月, of ``2026-03``."""
        match = _MONTH.fullmatch(key or "")
        if match is None:
            return self.foreign(key) if key else self("unknown")
        month = self.texts.sentences[f"report.month.{int(match[2])}"]
        return self("month", year=match[1], month=month)

    def group(self, by: By, key: str | None) -> str:
        """What a group of cases is called."""
        if key is None:
            return self("unknown")
        match by:
            case By.MONTH:
                return self.month(key)
            case By.PART:
                return self.part(key)
            case By.ROUTE:
                return self.route(key)
        return self.named(f"{_NAMES[by]}.{key}", key)

    def part(self, key: str | None) -> str:
        """A part by its name, with a capital where the language has them."""
        return _capital(self.named(f"name.part.{key or 'unknown'}", key or ""))

    def label(self, name: str) -> str:
        """What a label of the network means; its own name where nobody has said."""
        label = self.labels.get(name)
        if label is None:
            return self.foreign(name)
        if label.kind is not None:
            return _capital(self.texts.name(label.kind))
        parts = _capital(self("or").join(self._place(one) for one in label.parts))
        return self("damaged", parts=parts) if label.group is LabelGroup.DAMAGED_PART else parts

    def _place(self, of: LabelPart) -> str:
        """Without a word on a side that the label leaves open."""
        if of.side is Side.UNKNOWN:
            return self.texts.name(of.part)
        return self.texts.place(PartRef(part=of.part, side=of.side))

    def route(self, key: str | None) -> str:
        """What happens next, in two words."""
        return self.named(f"rescore_report.route.{key}", key) if key else self("unknown")

    def word(self, kind: str, key: str | None) -> str:
        """A kind of damage, a severity or an operation."""
        return self.named(f"name.{kind}.{key}", key) if key else self("unknown")

    def sources(self, sources: tuple[str, ...]) -> str:
        """What moved the money; several that cannot be told apart stand together."""
        names = [self.named(f"rescore_report.source.{source}", source) for source in sources]
        return " + ".join(names) or self("source.unknown")

    def figure(self, figure: Share | Mean, style: Style = Style.SHARE, currency: str = "") -> Cell:
        """A share, ratio or mean with its interval and n."""
        written = None if figure.value is None else self._written(figure.value, style, currency)
        reach = None
        if figure.value is not None and figure.low is not None and figure.high is not None:
            low, high = (self._written(end, style, currency) for end in (figure.low, figure.high))
            reach = self("reach", low=low, high=high)
        few = 0 < figure.n < SMALL
        return Cell(value=written, reach=reach, n=self.count(figure.n), few=few)

    def short(self, value: float, style: Style) -> str:
        """For an axis: as few digits as tell round values apart."""
        if style is Style.AMOUNT:
            return f"{value:,.0f}"
        text = self.percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)
        return f"+{text}" if style is Style.SIGNED and value > 1e-9 else text

    def _beyond(self, share: float, plus: str) -> str:
        limit = f"{_MOST_SHARE:.0%}"
        return self("more_than", value=f"{plus}{limit}") if share > 0 else self("less_than", value=f"{MINUS}{limit}")

    def _written(self, value: float, style: Style, currency: str) -> str:
        if style is Style.AMOUNT:
            return self.money(Decimal(str(value)), currency)
        return self.signed(value) if style is Style.SIGNED else self.percent(value)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
