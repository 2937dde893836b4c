"""An estimate under review: made again from what is stored, corrected, and what was learned from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from claims import review as reviews_of
from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.desk import suspicions
from claims.desk.desk import Desk, thing_of
from claims.desk.hands import at_work, in_hands
from claims.desk.rebuilding import blank, opened
from claims.desk.remembering import keep_sources
from claims.desk.review_version import Version, stale
from claims.examples import examples
from claims.repository import assessments, claims, materials, photos, reviews
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.reviews import Correction
from claims.review_changes import Change
from claims.review_lines import Review
from claims.review_rules import LineLimits
from model.errors import ReviewError

_TAKEN: Final = LineLimits(hours=Decimal(1_000_000), amount=Decimal(1_000_000_000))
"""What was taken once is not judged again by limits of today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InReview:
    """A case, the estimate that people work on, and what they have made of it."""

    claim: Claim
    made: Made
    version: Version
    review: Review

    def check(self, seen: Version) -> None:
        """Returns for the version that is in force. Raises ``ReviewError`` ``stale_version``."""
        if seen != self.version:
            raise stale(seen, self.version)

    def check_lines(self, seen: Version) -> None:
        """The same, whatever has come in since. Raises ``ReviewError`` ``stale_version``."""
        if seen.lines != self.version.lines:
            raise stale(seen, self.version)


def review_of(desk: Desk, claim_id: UUID) -> InReview:
    """For whoever may read the case. Raises ``ReviewError`` ``not_reproduced`` while its tables are not to be found."""
    return reviewed(desk, desk.seen(claim_id, Action.READ_CLAIM))


def reviewed(desk: Desk, claim: Claim) -> InReview:
    """The last estimate that a person has corrected, else the last one: nobody's work is pushed aside by a machine that
    looks again. A case that the machine never looked at has an estimate without lines.

    Deductible and salvage are those that are stated by now.
    """
    known = _made(desk, claim)
    made = known or blank(desk, claim)
    review = review_at(desk, claim, made)
    version = Version(known.id if known else None, review.version, _received(desk, claim))
    return InReview(claim=claim, made=made, version=version, review=review)


def version_of(desk: Desk, claim: Claim) -> Version:
    """That of ``reviewed``, without making the review."""
    made = _made(desk, claim)
    number = len(reviews.of_assessment(desk.book, made.id)) if made else 0
    return Version(made.id if made else None, number, _received(desk, claim))


def check_version(desk: Desk, claim: Claim, seen: Version) -> None:
    """Returns while the case is as somebody saw it. Raises ``ReviewError`` ``stale_version``."""
    if seen != (now := version_of(desk, claim)):
        raise stale(seen, now)


def _made(desk: Desk, claim: Claim) -> Made | None:
    every = assessments.of_claim(desk.book, claim.id)
    corrected = (made for made in reversed(every) if reviews.of_assessment(desk.book, made.id))
    return next(corrected, every[-1] if every else None)


def _received(desk: Desk, claim: Claim) -> int:
    return len(photos.of_claim(desk.book, claim.id)) + len(materials.of_claim(desk.book, claim.id))


def review_at(desk: Desk, claim: Claim, made: Made, version: int | None = None) -> Review:
    """The estimate after all corrections, or after the first ``version`` of them. Raises as ``review_of``."""
    review = opened(desk, claim, made)
    for correction in reviews.of_assessment(desk.book, made.id)[:version]:
        review = _again(review, correction)
    return review


def correct(desk: Desk, claim_id: UUID, changes: Sequence[Change], version: Version) -> InReview:
    """All changes or none. The machine's value stays beside the person's, and the case stays theirs for a full term.

    Raises ``ReviewError`` as ``claims.review.correct`` and ``in_hands``; ``ClaimError`` ``impossible_move`` for a case
    that is not in review.
    """
    claim = in_hands(desk, claim_id, Action.CORRECT_LINES)
    check_in_review(desk, claim)
    before = reviewed(desk, claim)
    before.check_lines(version)
    after = reviews_of.correct(
        before.review,
        changes,
        version=version.number,
        by=desk.actor,
        at=desk.at,
        limits=desk.house.review.limits,
    )
    made = kept(desk, before)
    reviews.add(desk.book, made.id, changes, after, by=desk.actor.id, role=desk.actor.role, at=desk.at)
    desk.audit(
        Action.CORRECT_LINES,
        thing_of(claim.id),
        assessment=made.id,
        items=len(changes),
        row_version=after.version,
        amount=after.total,
        machine_amount=after.machine_total,
        currency=after.currency,
    )
    claim = claims.save(desk.book, at_work(desk, suspicions.judge(desk, claim, after)))
    return InReview(
        claim=claim, made=made, version=Version(made.id, after.version, before.version.received), review=after
    )


def check_in_review(desk: Desk, claim: Claim) -> None:
    """Returns where the actor could settle. Raises ``ClaimError`` ``impossible_move``, ``not_yours_to_do``."""
    desk.house.lifecycle.move(claim.state, "settle", desk.actor.role, came_from=claim.came_from)


def kept(desk: Desk, found: InReview) -> Made:
    """The estimate, stored: one without lines is kept once somebody has worked on it."""
    if found.version.assessment:
        return found.made
    keep_sources(desk)
    return assessments.keep(desk.book, found.made)[0]


def learn(desk: Desk, found: InReview) -> None:
    """Examples of all that people changed, as it stands with this decision: they take the place of what was learned
    when the case was decided before, which is kept (``reviews.examples_after``)."""
    taught = examples(found.review, group=str(found.claim.id))
    reviews.add_examples(desk.book, found.claim.id, taught, at=desk.at)


def _again(review: Review, correction: Correction) -> Review:
    if correction.changes is None:
        raise ReviewError("not_reproduced", "the corrections of an erased case")
    return reviews_of.correct(
        review,
        correction.changes,
        version=review.version,
        by=Actor(kind=ActorKind.STAFF, id=correction.by, role=correction.role),
        at=correction.at,
        limits=_TAKEN,
    )
