"""One clock of a case: since when, by when, and what became of it. Pure; time comes in as ``at``."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from claims.deadline_rules import Audience, ClockKind
from claims.policy import Span
from claims.utc import utc
from model.notes import Note


class Outcome(StrEnum):
    """What became of a clock. One whose case was withdrawn in time is dropped and counts for nothing; so does a void
    one, whenever it was."""

    RUNNING = "running"
    WAITING = "waiting"
    MET = "met"
    MISSED = "missed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock; times in UTC. ``due_at`` holds all waits that are over, not the one since ``waiting_since``.

    ``void``: dropped, for what it promised applies no longer: nothing is payable.
    """

    kind: ClockKind
    audience: Audience
    within: Span
    started_at: datetime
    due_at: datetime
    warnings: tuple[Note, ...] = ()
    waiting_since: datetime | None = None
    ended_at: datetime | None = None
    dropped_at: datetime | None = None
    void: bool = False

    def outcome(self, at: datetime) -> Outcome:
        """What can be said at ``at``, which is not before anything recorded. Due to the second is in time."""
        if self.void:
            return Outcome.DROPPED
        stopped = self.ended_at or self.dropped_at
        if self.waiting_since is not None and stopped is None:
            return Outcome.WAITING
        if min(self.waiting_since or at, stopped or at) > self.due_at:
            return Outcome.MISSED
        if stopped is None:
            return Outcome.RUNNING
        return Outcome.MET if self.ended_at else Outcome.DROPPED

    def ended(self, at: datetime) -> Self:
        """What it waited for has happened. The first time counts."""
        return self if self.ended_at or self.dropped_at else replace(self, ended_at=utc(at))

    def dropped(self, at: datetime) -> Self:
        """Nobody waits any more: withdrawn."""
        return self if self.ended_at or self.dropped_at else replace(self, dropped_at=utc(at))

    def voided(self, at: datetime) -> Self:
        """What it promised applies no longer: neither met nor missed."""
        return self if self.ended_at or self.dropped_at else replace(self, dropped_at=utc(at), void=True)
