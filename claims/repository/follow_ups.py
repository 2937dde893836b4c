"""Calls to make after a case, and what customers say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from claims.follow_up import Aspect, Feedback, FollowUp, FollowUpKind
from claims.ids import new_id
from claims.repository.book import Book
from claims.repository.places import Place
from claims.repository.rows import insert_once, notes_json, notes_of
from claims.tables import feedback, follow_ups
from model.errors import StorageError
from model.notes import Note

_WAITS: Final = (follow_ups.c.done_at.is_(None), follow_ups.c.dropped_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A follow-up of a case; ``done_by`` names the actor."""

    id: UUID
    claim: UUID
    follow_up: FollowUp
    done_at: datetime | None = None
    done_by: str | None = None


def add(book: Book, claim: UUID, calls: Iterable[FollowUp], *, at: datetime) -> None:
    """Calls that follow an event; one that is there already stays one, and is to be made again if it was dropped."""
    for call in calls:
        row = {
            "id": new_id(at),
            "claim": claim,
            "kind": call.kind,
            "due_at": call.due_at,
            "warnings": notes_json(call.warnings),
        }
        if not insert_once(book.connection, follow_ups, row, on=["claim", "kind", "due_at"]):
            same = (follow_ups.c.claim == claim, follow_ups.c.kind == call.kind, follow_ups.c.due_at == call.due_at)
            book.connection.execute(update(follow_ups).where(*same).values(dropped_at=None))


def drop(book: Book, claim: UUID, kinds: Iterable[FollowUpKind], *, at: datetime) -> None:
    """Calls that nobody has made and that are not to be made any more."""
    open_ones = (follow_ups.c.claim == claim, follow_ups.c.kind.in_(tuple(kinds)), *_WAITS)
    book.connection.execute(update(follow_ups).where(*open_ones).values(dropped_at=at))


def open_until(
    book: Book, until: datetime, *, claim: UUID | None = None, after: Place | None = None, limit: int = 200
) -> tuple[Call, ...]:
    """Calls due until a moment that nobody has made, of one case where it is given; the first due first.

    ``after`` goes on after a page.
    """
    waits = (*_WAITS, follow_ups.c.due_at <= until)
    query = select(follow_ups).where(*waits).order_by(follow_ups.c.due_at, follow_ups.c.id).limit(limit)
    if claim is not None:
        query = query.where(follow_ups.c.claim == claim)
    if after is not None:
        query = query.where(after.behind(follow_ups.c.due_at, follow_ups.c.id))
    return tuple(
        Call(id=row.id, claim=row.claim, follow_up=_follow_up(row.kind, row.due_at, notes_of(row.warnings)))
        for row in book.connection.execute(query)
    )


def done(book: Book, call: UUID, *, by: str, at: datetime) -> None:
    """The call was made. Raises ``StorageError`` ``storage.moved`` when somebody else made it."""
    waits = (follow_ups.c.id == call, *_WAITS)
    made = book.connection.execute(update(follow_ups).where(*waits).values(done_at=at, done_by=by))
    if made.rowcount != 1:
        raise StorageError("moved", "the call was made by somebody else")


def add_feedback(book: Book, claim: UUID, said: Feedback, *, at: datetime) -> bool:
    """Whether it was taken: a case has one."""
    comment = book.sealed(said.comment, "feedback", claim, "comment")
    row = {"claim": claim, **said.model_dump(exclude={"comment"}), "comment_sealed": comment, "at": at}
    return insert_once(book.connection, feedback, row, on=["claim"])


def feedback_of(book: Book, claim: UUID) -> Feedback | None:
    """What the customer of a case said."""
    row = book.connection.execute(select(feedback).where(feedback.c.claim == claim)).one_or_none()
    if row is None:
        return None
    comment = book.opened(row.comment_sealed, "feedback", claim, "comment")
    scores = {aspect.value: row._mapping[aspect.value] for aspect in Aspect}
    return Feedback(**scores, comment=comment)


def scores_between(book: Book, begins: datetime, ends: datetime) -> tuple[Feedback, ...]:
    """Scores without comments, from ``begins`` up to, but without, ``ends``."""
    scores = [feedback.c[aspect.value] for aspect in Aspect]
    query = select(*scores).where(feedback.c.at >= begins, feedback.c.at < ends)
    return tuple(Feedback(**row._mapping) for row in book.connection.execute(query))


def erase_comment(book: Book, claim: UUID) -> None:
    """What the customer wrote. The scores stay."""
    book.connection.execute(update(feedback).where(feedback.c.claim == claim).values(comment_sealed=None))


def _follow_up(kind: FollowUpKind, due_at: datetime, warnings: tuple[Note, ...]) -> FollowUp:
    return FollowUp(kind=kind, due_at=due_at, task=Note(f"follow_up.{kind}"), warnings=warnings)
