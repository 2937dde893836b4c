"""Complaints as their customer reads them: how far each is, and what was answered."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from api.schemas import Statement
from claims.clock import Clock
from claims.repository.complaint_queue import Pending
from claims.repository.complaints import ComplaintState
from model.notes import note
from model.texts import Texts

_NO_RESULT: Final = frozenset({ComplaintState.RECEIVED, ComplaintState.REPLIED, ComplaintState.DELAYED})


class OverrunOut(BaseModel):
    """A step that was not made by `due_at`, in the market's zone: made later, or not yet."""

    model_config = ConfigDict(frozen=True)

    kind: str
    text: str
    due_at: datetime

    @classmethod
    def of(cls, missed: Clock, zone: ZoneInfo, texts: Texts) -> Self:
        """In one language."""
        said = texts.say(note("complaint.overrun", kind=missed.kind))
        return cls(kind=missed.kind, text=said, due_at=missed.due_at.astimezone(zone))


class ComplaintShownOut(BaseModel):
    """A complaint. `due_at` is when the next step is due, in the market's zone; null once it was solved. `overruns` are
    the times that were not kept, those told as `expected_at` among them. `escalated`: it waits for its result at a
    level above the first, to which a time that was missed has brought it.

    `text` is what the customer said; `reply`, `result` and `answer` are what was said to them at each step. They are
    shown to the customer, the app and to whoever works on the case. Where `expected_at` is not null, `result` says why
    it takes longer, and the result was promised by then, in the market's zone; what was told later stands in `result`
    after what was told before, with an empty line between. A time that was told before it stays promised.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    at: datetime
    state: ComplaintState
    state_text: str
    due_at: datetime | None
    overruns: list[OverrunOut]
    escalated: bool
    text: str | None
    replied_at: datetime | None
    reply: str | None
    told_at: datetime | None
    result: str | None
    expected_at: datetime | None
    solved_at: datetime | None
    solution: Statement | None
    answer: str | None

    @classmethod
    def of(cls, pending: Pending, zone: ZoneInfo, texts: Texts, *, personal: bool) -> Self:
        """In one language. Without ``personal`` nobody's own words."""
        one = pending.complaint
        words = {name: getattr(one, name) if personal else None for name in ("text", "reply", "result", "answer")}
        times = {name: getattr(one, name) for name in ("id", "at", "state", "replied_at", "told_at", "solved_at")}
        return cls(
            **words,
            **times,
            state_text=texts.name(one.state),
            due_at=pending.due_at and pending.due_at.astimezone(zone),
            overruns=[OverrunOut.of(clock, zone, texts) for clock in pending.missed],
            escalated=one.level is not None and one.state in _NO_RESULT,
            expected_at=one.expected_at and one.expected_at.astimezone(zone),
            solution=one.solution and Statement.of(one.solution, texts),
        )
