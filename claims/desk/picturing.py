"""Who sees a photo as it was sent, and who a picture of it that says nothing of where, when and how it was taken."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk, thing_of
from claims.desk.photos import PhotoFile, photo_content

LARGEST: Final = 2048
"""px of the longer side of a picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The file as it was sent, to be made into an upright JPEG of ``size`` px, or given as it is: None."""

    file: PhotoFile = field(repr=False)
    size: int | None


def picture(desk: Desk, claim_id: UUID, sha256: str, size: int | None = None) -> Picture:
    """The original is for the customer, for their app, and for who of the staff works on the case; others who may look
    get a picture. Raises as ``photo_content``."""
    file = photo_content(desk, claim_id, sha256)
    whole = desk.may(Action.SEE_PERSONAL_DATA, desk.seen(claim_id, Action.READ_CLAIM))
    return Picture(file, size if size is not None or whole else LARGEST)


def note_original(desk: Desk, claim_id: UUID, sha256: str) -> None:
    """Somebody of the staff was given a photo as it was sent."""
    desk.audit(Action.SEE_PERSONAL_DATA, thing_of(claim_id), photo_sha256=sha256, seen_unmasked=True)
