"""The rules that clocks of one market are computed from, and the moments that follow from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from claims.calendar import Calendar, WorkingDays
from claims.deadline_rules import DeadlineRules
from claims.policy import Deadlines, Span, TriagePolicy
from claims.utc import utc
from model.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Every rule that clocks are computed from, for one market."""

    internal: Deadlines
    rules: DeadlineRules
    days: WorkingDays
    version: str

    @classmethod
    def of(cls, policy: TriagePolicy, rules: DeadlineRules, region: str, calendar: Calendar | None = None) -> Self:
        """The terms of a region, with its shipped calendar unless given another. Raises ``UsageError``."""
        market, calendar = policy.market(region), calendar or Calendar.load(region)
        opens, closes = rules.business.opens, rules.business.closes
        days = WorkingDays(calendar=calendar, zone=ZoneInfo(market.timezone), opens=opens, closes=closes)
        version = f"policy {policy.version}, deadlines {rules.version}, calendar {calendar.version}"
        return cls(internal=policy.deadlines, rules=rules, days=days, version=version)

    def due(self, start: datetime, span: Span) -> datetime:
        """The end of a span: so many hours later, or the end of business of the last working day; in UTC."""
        if span.working_days is not None:
            return self.days.add(start, span.working_days)
        return utc(start) + timedelta(hours=span.hours or 0)

    def warnings(self, start: datetime, due: datetime, span: Span) -> tuple[Note, ...]:
        """What a due time rests on that is not known yet."""
        return self.days.beyond_known(start, due) if span.working_days is not None else ()

    def decided_by(self, start: datetime) -> datetime:
        """When every level, one after the other, has taken its whole time (M12); in UTC."""
        for _ in self.rules.escalation.levels:
            start = self.due(start, self.rules.escalation.within)
        return utc(start)
