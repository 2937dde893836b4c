"""What a case needs is handed in; and that it is there, so that it is looked at."""

from uuid import UUID

from claims.actions import Action
from claims.desk import assessing, clocks, paying, suspicions
from claims.desk.desk import Desk, thing_of
from claims.desk.handed_in import submitted
from claims.desk.standing import SHOTS, Standing, standing
from claims.materials import Material
from claims.repository import claims, materials, offers
from claims.repository.claims import Claim
from claims.states import CaseState
from model.errors import ClaimError
from model.notes import Note


def add_material(
    desk: Desk, claim_id: UUID, material: Material, sha256: str, media_type: str | None = None
) -> tuple[Claim, Standing]:
    """A document, or a photo that serves as a shot, whose file is in the store (or among the photos of the case).

    The last one that was missing lets the payment of an accepted offer begin. Raises ``ClaimError`` ``claim.at_rest``
    for a case that needs nothing more, ``serves_already`` for a file that is there as something else: a document is one
    thing, and a photo one shot.
    """
    claim = desk.claim(claim_id, Action.SUBMIT_MATERIALS)
    if desk.house.lifecycle.rests(claim.state):
        raise ClaimError("at_rest", claim.state, state=claim.state)
    _check_one_use(desk, claim, material, sha256)
    materials.add(desk.book, claim.id, material, sha256, by=desk.actor, at=desk.at, media_type=media_type)
    if material not in SHOTS:
        claim = suspicions.add_document(desk, claim, material, sha256)
    claim = claims.save(desk.book, clocks.followed(desk, claim))
    desk.audit(Action.SUBMIT_MATERIALS, thing_of(claim.id), content_sha256=sha256)
    if (offer := offers.open_of(desk.book, claim.id)) is not None:
        claim = paying.start_if_complete(desk.as_system(), claim, offer)
    return claim, standing(desk, claim)


def submit(desk: Desk, claim_id: UUID) -> tuple[Claim, Standing]:
    """What is there is handed in: the insurer's clocks begin, or go on, and the machine looks unless a person does.

    The answer lists all that is still missing. Raises ``ClaimError`` as ``submitted`` does.
    """
    claim = submitted(desk, desk.claim(claim_id, Action.SUBMIT_MATERIALS))
    if claim.state is CaseState.MATERIALS_SUBMITTED:
        claim = assessing.ask(desk.as_system(), claim.id).claim
    return claim, standing(desk, claim)


def _check_one_use(desk: Desk, claim: Claim, material: Material, sha256: str) -> None:
    for there in materials.of_claim(desk.book, claim.id):
        if there.sha256 == sha256 and there.material is not material:
            raise ClaimError("serves_already", claim.number, item=Note(f"material.{there.material}"))
