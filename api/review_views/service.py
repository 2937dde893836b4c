"""Complaints and calls as documents, for staff who answer and make them."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.claim_views.asked import Words
from api.claim_views.parts import claim_address
from api.documents import Document
from api.schemas import Statement
from claims.desk.calling import Due
from claims.desk.complaining import Solution
from claims.follow_up import FollowUpKind
from claims.repository.complaints import Complaint
from model.texts import Texts


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class StaffComplaintOut(_Shown):
    """A complaint in the customer's words, null once they were erased, and how far it is."""

    id: UUID
    claim: UUID
    at: datetime
    text: str | None
    replied_at: datetime | None
    told_at: datetime | None
    solved_at: datetime | None
    solution: Statement | None
    answer: str | None

    @classmethod
    def of(cls, one: Complaint, texts: Texts) -> Self:
        """In one language."""
        same = {name: getattr(one, name) for name in cls.model_fields if name != "solution"}
        return cls(solution=one.solution and Statement.of(one.solution, texts), **same)


class Solved(Document):
    """How the complaint came to an end, and what was answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"how": "put_right", "words": "The part was added."}]})

    how: Solution
    words: Words | None = Field(default=None, repr=False)


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


class OfCase(Document):
    """The case that a call is about."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"claim": "0193a2c4-0000-7000-8000-000000000000"}]})

    claim: UUID
