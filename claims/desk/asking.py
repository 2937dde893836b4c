"""What a person asks the customer for: photos by what they shall show, documents all at once."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from claims.actions import Action
from claims.desk.desk import Desk
from claims.desk.hands import in_hands
from claims.desk.moving import move
from claims.desk.standing import standing
from claims.materials import Material
from claims.repository import materials, photos
from claims.repository.claims import Claim
from claims.states import Guard
from model.errors import ReviewError
from model.findings import place_of
from model.notes import Note, note
from model.vocabulary import Part, Side


class Shot(StrEnum):
    """The photos that triage asks for too."""

    AGAIN = "again"
    DAMAGE = "damage"
    WIDER = "wider"
    SECOND_VIEW = "second_view"


_OF_A_PHOTO: Final = frozenset({Shot.AGAIN, Shot.WIDER})


class PhotoWish(BaseModel):
    """One photo. ``photo`` is the number, from 1 on, of the one to take again or wider; ``part`` what to show anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shot: Shot
    photo: int | None = Field(default=None, ge=1, le=1000)
    part: Part | None = None
    side: Side = Side.NONE

    @model_validator(mode="after")
    def _names_what_it_is_about(self) -> Self:
        if (self.photo is not None) != (self.shot in _OF_A_PHOTO):
            raise ValueError("a photo is named where one is to be taken again or wider, and only there")
        if (self.part is not None) != (self.shot is Shot.SECOND_VIEW):
            raise ValueError("a part is named where it is to be shown once more, and only there")
        if self.part is not None and self.part.sided is (self.side is Side.NONE):
            raise ValueError("left or right where a car has two of them, else none")
        return self

    @property
    def note(self) -> Note:
        """The sentence for the customer."""
        if self.photo is not None:
            return Note(f"shot.{self.shot}", {"photo": self.photo})
        if self.part is not None:
            return Note(f"shot.{self.shot}", {"place": place_of(self.part, self.side)})
        return Note(f"shot.{self.shot}")


def ask_photos(desk: Desk, claim_id: UUID, wishes: Sequence[PhotoWish], words: str | None = None) -> Claim:
    """The case waits for these photos, and comes back to a person with them. ``wanted`` in the reason lists them.

    Raises ``ReviewError``: ``unknown_photo`` and as ``in_hands``; ``ClaimError`` ``needs_more`` without a wish.
    """
    claim = in_hands(desk, claim_id, Action.ASK_PHOTO)
    there = len(photos.of_claim(desk.book, claim.id))
    for wish in wishes:
        if wish.photo is not None and wish.photo > there:
            raise ReviewError("unknown_photo", f"photo {wish.photo} of {there}", photo=wish.photo)
    wanted = tuple(dict.fromkeys(wish.note for wish in wishes))
    met = {Guard.PHOTOS_NAMED} if wanted else set[Guard]()
    reason = note("moved.ask_photos", count=len(wanted), wanted=wanted)
    return move(desk, claim, "ask_photos", met=met, reason=reason, words=words, items=len(wanted))


def ask_materials(desk: Desk, claim_id: UUID, more: Sequence[Material] = (), words: str | None = None) -> Claim:
    """All that is missing, and what a person wants beyond it, in one list: ``wanted`` in the reason.

    Raises ``ReviewError`` as ``in_hands``, ``ClaimError`` ``needs_more`` where nothing is missing.
    """
    claim = in_hands(desk, claim_id, Action.ASK_MATERIALS)
    there = materials.there(desk.book, claim.id)
    beyond = [Note(f"material.{material}") for material in more if material not in there]
    wanted = tuple(dict.fromkeys((*standing(desk, claim).missing, *beyond)))
    met = {Guard.WHOLE_LIST} if wanted else set[Guard]()
    reason = note("moved.ask_materials", count=len(wanted), wanted=wanted)
    return move(desk, claim, "ask_materials", met=met, reason=reason, words=words, items=len(wanted))
