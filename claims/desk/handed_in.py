"""The move by which a case is handed in: what its customer sent is taken to be there."""

from claims.desk.desk import Desk
from claims.desk.moving import move
from claims.desk.standing import standing
from claims.repository import photos
from claims.repository.claims import Claim
from claims.states import CaseState
from model.errors import ClaimError


def submitted(desk: Desk, claim: Claim) -> Claim:
    """The case after the move; one that asked for materials needs all of them.

    Raises ``ClaimError``: ``no_photos`` for a case without any, ``materials_missing``, ``impossible_move``.
    """
    if not photos.of_claim(desk.book, claim.id):
        raise ClaimError("no_photos", claim.number)
    if claim.state is CaseState.MATERIALS_INCOMPLETE and not (now := standing(desk, claim)).complete:
        raise ClaimError("materials_missing", claim.number, missing=now.missing)
    return move(desk, claim, "submit_materials")
