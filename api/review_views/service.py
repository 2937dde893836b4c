"""Complaints and calls as documents, for staff who answer and make them."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.claim_views.parts import claim_address
from api.documents import Document
from api.schemas import Statement
from claims.actors import Actor
from claims.deadline_rules import Level
from claims.desk.calling import Due, Number, Occasion
from claims.desk.complaint_line import Complained
from claims.follow_up import FollowUpKind
from claims.repository.complaints import ComplaintState
from model.texts import Texts


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class WaitingComplaintOut(_Shown):
    """A complaint in line, without the customer's words. `level`: who deals with it since clocks were missed.

    `held`: somebody answers it, `mine`: the caller does; `takes`: they could take it. `due_at` is when the next step is
    due, null once it was solved. `expected_at`: the result was promised by then, where it takes longer; a time that was
    told before it stays due, whatever was told after it. `version` counts its changes, for `If-Match`.
    """

    id: UUID
    version: int
    claim: UUID
    number: str
    href: str
    at: datetime
    state: ComplaintState
    state_text: str
    due_at: datetime | None
    level: Level | None
    held: bool
    mine: bool
    takes: bool
    replied_at: datetime | None
    told_at: datetime | None
    expected_at: datetime | None
    solved_at: datetime | None

    @classmethod
    def of(cls, found: Complained, actor: Actor, texts: Texts) -> Self:
        """In one language, for somebody."""
        return cls(**_common(found, actor, texts))


class StaffComplaintOut(WaitingComplaintOut):
    """A complaint in the customer's words, and what was said to them at each step; null once they were erased."""

    text: str | None
    reply: str | None
    result: str | None
    solution: Statement | None
    answer: str | None

    @property
    def address(self) -> str:
        """Where it is."""
        return f"{self.href}/complaints/{self.id}"

    @classmethod
    def of(cls, found: Complained, actor: Actor, texts: Texts) -> Self:
        """In one language, for somebody."""
        one = found.complaint
        said = {name: getattr(one, name) for name in ("text", "reply", "result", "answer")}
        solution = one.solution and Statement.of(one.solution, texts)
        return cls(**_common(found, actor, texts), **said, solution=solution)


class CallOut(_Shown):
    """A call that is due: what it is about, and the case."""

    id: UUID
    kind: FollowUpKind
    text: str
    due_at: datetime
    claim: UUID
    number: str
    href: str

    @classmethod
    def of(cls, due: Due, texts: Texts) -> Self:
        """In one language."""
        call, told = due.call, due.call.follow_up
        return cls(
            id=call.id,
            kind=told.kind,
            text=texts.say(told.task),
            due_at=told.due_at,
            claim=due.claim.id,
            number=due.claim.number,
            href=claim_address(due.claim.id),
        )


class WhyCall(Document):
    """What the call is about: something of that kind has to be open."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"why": "follow_up"}]})

    why: Occasion


class NumberOut(_Shown):
    """Whom to ask for, in which language, and where. The log notes who was told it."""

    name: str = Field(repr=False)
    phone: str = Field(repr=False)
    language: str

    @classmethod
    def of(cls, found: Number) -> Self:
        """In full."""
        return cls(name=found.name, phone=found.phone, language=found.language)


class OfCase(Document):
    """The case that a call is about."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"claim": "0193a2c4-0000-7000-8000-000000000000"}]})

    claim: UUID


def _common(found: Complained, actor: Actor, texts: Texts) -> dict[str, Any]:
    one, claim = found.complaint, found.claim
    return {
        **{name: getattr(one, name) for name in ("id", "version", "claim", "at", "state", "level")},
        **{name: getattr(one, name) for name in ("replied_at", "told_at", "expected_at", "solved_at")},
        "number": claim.number,
        "href": claim_address(claim.id),
        "state_text": texts.name(one.state),
        "due_at": found.pending.due_at,
        "held": one.holder is not None,
        "mine": one.holder == actor.name,
        "takes": found.takes,
    }
