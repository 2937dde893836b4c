"""Whether a case has room for more of what anybody may send again and again."""

from claims.actions import Action
from claims.case_limits import Held, shipped
from claims.desk.desk import Desk
from claims.materials import Material
from claims.repository import complaints, materials, stated, timeline
from claims.repository.claims import Claim
from model.errors import ClaimError


def for_document(desk: Desk, claim: Claim, material: Material, sha256: str | None = None) -> None:
    """Returns where it fits; the same file twice is one, where it is known. Raises ``ClaimError`` ``too_many``."""
    there = materials.of_claim(desk.book, claim.id)
    if sha256 is None or (material, sha256) not in {(one.material, one.sha256) for one in there}:
        _check(Held.DOCUMENTS, claim, len(there))


def for_complaint(desk: Desk, claim: Claim) -> None:
    """Raises ``ClaimError`` ``too_many``."""
    _check(Held.COMPLAINTS, claim, complaints.count(desk.book, [claim.id]))


def for_statement(desk: Desk, claim: Claim) -> None:
    """Raises ``ClaimError`` ``too_many``."""
    _check(Held.STATEMENTS, claim, len(stated.of_claim(desk.book, claim.id)))


def for_contest(desk: Desk, claim: Claim) -> None:
    """Raises ``ClaimError`` ``too_many``."""
    _check(Held.CONTESTS, claim, timeline.count(desk.book, claim.id, Action.CONTEST))


def for_reopening(desk: Desk, claim: Claim) -> None:
    """Raises ``ClaimError`` ``too_many``."""
    _check(Held.REOPENINGS, claim, timeline.count(desk.book, claim.id, Action.REOPEN))


def _check(held: Held, claim: Claim, count: int) -> None:
    if count >= (limit := shipped().most(held)):
        raise ClaimError("too_many", claim.number, what=held, limit=limit)
