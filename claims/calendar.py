"""Working days of a market: weekends, holidays, weekends worked in return, and the hours in which people work.

Counting follows the Chinese Civil Code. Art. 201: the day of the event does not count, the first day is the next one.
Art. 203: a term ends with the business hours of its last day. Moments go in aware and come out in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from importlib.resources import files
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from claims.utc import utc
from model.notes import Note, note
from model.rules_text import read_versioned

DAY = timedelta(days=1)
_SATURDAY = 5


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Holiday(_Rules):
    """Days off, the last one included."""

    name: str
    begins: date = Field(alias="from")
    ends: date = Field(alias="to")

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.ends < self.begins:
            raise ValueError(f"{self.name} ends before it begins")
        return self

    def days(self) -> Iterator[date]:
        """Every day of it."""
        return _days(self.begins, self.ends)


class CalendarYear(_Rules):
    """What one yearly notice announces."""

    source: str = Field(min_length=1)
    holidays: tuple[Holiday, ...] = Field(min_length=1)
    worked_weekends: frozenset[date]


class Calendar(_Rules):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    version: str
    known_from: date
    known_until: date
    years: dict[int, CalendarYear]

    @classmethod
    def load(cls, region: str = "CN") -> Self:
        """The shipped calendar of a market; one that has no file is known by its weekends only."""
        name = f"calendar_{region.lower().replace('-', '_')}.yaml"
        file = files("data").joinpath("rules", name)
        return cls.from_yaml(file.read_text("utf-8"), name) if file.is_file() else cls.weekends_only()

    @classmethod
    def from_yaml(cls, text: str, name: str = "calendar.yaml") -> Self:
        """Raises ``RulesError`` naming the day that is wrong."""
        return read_versioned(cls, text, name)

    @classmethod
    def weekends_only(cls) -> Self:
        """A calendar that knows no day: every answer says so."""
        return cls(version="weekends", known_from=date.max, known_until=date.min, years={})

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if found := list(self._faults()):
            raise ValueError("; ".join(found))
        return self

    def _faults(self) -> Iterator[str]:
        known = set(range(self.known_from.year, self.known_until.year + 1))
        yield from (f"{year} lies in the known days and is not there" for year in sorted(known - set(self.years)))
        off = [day for year in self.years.values() for holiday in year.holidays for day in holiday.days()]
        yield from (f"{day} is off twice" for day in sorted({day for day in off if off.count(day) > 1}))
        yield from (f"{day} is not in the known days" for day in sorted({*off, *self._worked}) if not self.known(day))
        for day in sorted(self._worked):
            if day.weekday() < _SATURDAY or day in off:
                yield f"{day} is worked in return, so it is on a weekend and in no holiday"

    def works(self, day: date) -> bool:
        """Whether people work on a day."""
        return day in self._worked or (day.weekday() < _SATURDAY and day not in self._off)

    def known(self, day: date) -> bool:
        """Whether the day was announced, or is judged by its weekday alone."""
        return self.known_from <= day <= self.known_until

    @cached_property
    def _off(self) -> frozenset[date]:
        return frozenset(day for year in self.years.values() for holiday in year.holidays for day in holiday.days())

    @cached_property
    def _worked(self) -> frozenset[date]:
        return frozenset(day for year in self.years.values() for day in year.worked_weekends)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """A calendar in a time zone, with the hours of a working day: local times, closing after opening."""

    calendar: Calendar
    zone: ZoneInfo
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("a working day closes after it opens")

    def add(self, start: datetime, days: int) -> datetime:
        """The end of business on the ``days``-th working day after the day of ``start``. ``days`` is 1 or more."""
        if days < 1:
            raise ValueError("a term has at least one working day")
        day = self.day_of(start)
        for _ in range(days):
            day = self.next_after(day)
        return self._at(day, self.closes)

    def begins(self, start: datetime) -> datetime:
        """The opening of the first day that ``add`` counts."""
        return self._at(self.next_after(self.day_of(start)), self.opens)

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """Business hours between two moments; zero where ``end`` is not later."""
        days = _days(self.day_of(begin), self.day_of(end))
        spans = (self._hours(day) for day in days if self.calendar.works(day))
        return sum((max(min(end, closes) - max(begin, opens), timedelta()) for opens, closes in spans), timedelta())

    def later(self, moment: datetime, by: timedelta) -> datetime:
        """The moment after ``by`` more business hours. Unmoved when ``by`` is zero."""
        day, left, reached = self.day_of(moment), by, utc(moment)
        while left > timedelta():
            opens, closes = self._hours(day)
            if self.calendar.works(day) and reached < closes:
                step = min(left, closes - max(reached, opens))
                reached, left = max(reached, opens) + step, left - step
            day += DAY
        return reached

    def next_after(self, day: date) -> date:
        """The first working day after a day."""
        day += DAY
        while not self.calendar.works(day):
            day += DAY
        return day

    def last_until(self, day: date) -> date:
        """The day itself if people work on it, else the last working day before."""
        while not self.calendar.works(day):
            day -= DAY
        return day

    def closing(self, day: date) -> datetime:
        """The end of business of a day, whether people work on it or not."""
        return self._at(day, self.closes)

    def day_of(self, moment: datetime) -> date:
        """The local date."""
        return utc(moment).astimezone(self.zone).date()

    def beyond_known(self, begin: datetime, end: datetime) -> tuple[Note, ...]:
        """The warning that a term rests on a day judged by its weekday alone; it names the day."""
        ends = (self.day_of(begin), self.day_of(end))
        unknown = next((day for day in ends if not self.calendar.known(day)), None)
        return (note("calendar.beyond_known", day=told(unknown)),) if unknown else ()

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        return self._at(day, self.opens), self._at(day, self.closes)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def told(day: date) -> Note:
    """The day, written as each language writes one."""
    return note("calendar.day", year=day.year, month=day.month, day=day.day)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * count for count in range((last - first).days + 1))
