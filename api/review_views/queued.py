"""The queue as a document: each case with why it is there, and pages of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from api.review_views import opaque
from api.schemas import Money, Statement
from claims import review_queue
from claims.desk.desk import Desk
from claims.desk.queue import InLine, queue
from claims.repository.claims import Claim
from claims.states import CaseState
from claims.triage import CaseClass
from claims.utc import as_text, utc
from model.notes import Note
from model.texts import Texts

_LARGEST: Final = 2**31
"""What a column of whole numbers holds."""


class QueuedOut(BaseModel):
    """A case that waits for a person. `reason` is why it came to where it is, `doubts` what the machine left open.

    `suspicions` are facts behind the `risk`, never a verdict. `low` to `high` is the machine's range, null where it
    never looked. The `plate` is masked. `mine`: the caller holds it until `held_until`; `takes`: they could take it.
    """

    model_config = ConfigDict(frozen=True)

    claim: UUID
    number: str
    href: str
    state: CaseState
    text: str
    case_class: CaseClass | None
    due_at: datetime | None
    waiting_since: datetime
    risk: int
    reason: Statement | None
    doubts: list[Statement]
    suspicions: list[Statement]
    low: Money | None
    high: Money | None
    currency: str | None
    plate: str | None
    mine: bool
    held_until: datetime | None
    takes: bool

    @classmethod
    def of(cls, one: InLine, texts: Texts) -> Self:
        """In one language."""
        claim = one.claim
        return cls(
            claim=claim.id,
            number=claim.number,
            href=review_address(claim.id),
            state=claim.state,
            text=texts.name(claim.state),
            case_class=claim.case_class,
            due_at=claim.due_at,
            waiting_since=claim.state_since,
            risk=claim.risk,
            reason=one.reason and Statement.of(one.reason, texts),
            doubts=_statements(one.doubts, texts),
            suspicions=_statements(one.suspicions, texts),
            low=one.low,
            high=one.high,
            currency=claim.currency,
            plate=one.plate,
            mine=one.mine,
            held_until=claim.lease.until if one.mine and claim.lease else None,
            takes=one.takes,
        )


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some of the queue; ``after`` goes on, None at its end."""

    cases: tuple[InLine, ...]
    after: str | None


def page(desk: Desk, *, after: str | None, limit: int) -> QueuePage:
    """What stands behind the place ``after``, as the queue is now. Raises ``RightsError`` ``forbidden``."""
    found = queue(desk, after=None if after is None else _read(after), limit=limit + 1)
    goes_on = _written(found[limit - 1].claim) if len(found) > limit else None
    return QueuePage(found[:limit], goes_on)


def review_address(claim: UUID) -> str:
    """Where a review is."""
    return f"/v1/reviews/{claim}"


def _written(claim: Claim) -> str:
    due = None if claim.due_at is None else as_text(claim.due_at)
    return opaque.written(due, claim.risk, as_text(claim.state_since), str(claim.id))


def _read(text: str) -> review_queue.Place:
    due, risk, since, claim = opaque.read(text)
    due_at = None if due is None else utc(datetime.fromisoformat(due))
    if not abs(int(risk)) < _LARGEST:
        raise ValueError("no risk of a case")
    return review_queue.Place(
        due_at=due_at, risk=int(risk), since=utc(datetime.fromisoformat(since)), claim=UUID(claim)
    )


def _checked(text: str) -> str:
    try:
        _read(text)
    except (ValueError, TypeError, AttributeError, OverflowError) as wrong:
        raise ValueError("no place in the queue") from wrong
    return text


Place = Annotated[str, AfterValidator(_checked)]
"""Where a page ended."""


def _statements(notes: tuple[Note, ...], texts: Texts) -> list[Statement]:
    return [Statement.of(item, texts) for item in notes]
