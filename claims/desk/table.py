"""A case on somebody's table: the estimate that people work on, and everything that is known beside it."""

from dataclasses import dataclass
from uuid import UUID

from claims.actions import Action
from claims.desk import reviewing, showing
from claims.desk.desk import Desk
from claims.desk.reviewing import InReview
from claims.desk.showing import Shown
from claims.repository import deadlines, fraud, third_party
from claims.repository.deadlines import Escalated
from claims.repository.fraud import Found
from claims.repository.third_party import Reassessment


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTable:
    """``suspicions`` are facts with their evidence, never a verdict. ``levels``: where the case was escalated to.

    ``independent`` are the assessments of third parties.
    """

    shown: Shown
    found: InReview
    suspicions: tuple[Found, ...]
    levels: tuple[Escalated, ...]
    independent: tuple[Reassessment, ...]


def on_table(desk: Desk, claim_id: UUID, found: InReview | None = None) -> OnTable:
    """For staff who may read the case: customers and apps see what was decided, not what is being thought about.

    ``found`` is the review where the transaction has just made it: to make it again costs as much as all the rest.

    Raises ``RightsError``, ``ReviewError`` ``not_reproduced``.
    """
    desk.check(Action.QUEUE_READ)
    found = found or reviewing.review_of(desk, claim_id)
    return OnTable(
        shown=showing.show(desk, claim_id),
        found=found,
        suspicions=fraud.of_claim(desk.book, claim_id),
        levels=deadlines.levels_of(desk.book, claim_id),
        independent=third_party.of_claim(desk.book, claim_id),
    )
