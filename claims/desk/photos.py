"""Photos of a case: added once they were looked at (``look``), asked for again, shown."""

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from PIL import Image

from claims.actions import Action
from claims.desk import looking_again
from claims.desk.desk import Desk, thing_of
from claims.desk.looking import Looked, Sent, look, look_all, observations_of
from claims.ids import new_id
from claims.repository import claims, observations, photos
from claims.repository.claims import Claim
from claims.repository.photos import Photo
from inference.images import IntakeLimits, read_photo
from model.errors import ClaimError, RightsError

__all__ = [
    "MOST_PHOTOS",
    "Added",
    "Looked",
    "PhotoFile",
    "Sent",
    "add_photos",
    "look",
    "look_all",
    "observations_of",
    "photo_content",
    "reduced",
    "which_are_there",
]

MOST_PHOTOS: Final = 100
"""Of one case."""
_YEARS: Final = range(1950, 2101)
"""In which a camera's clock is taken for one."""
_QUALITY: Final = 82


@dataclass(frozen=True, slots=True)
class Added:
    """A photo of the case; ``fresh`` is False for a file that it had before."""

    photo: Photo
    fresh: bool


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file as it was sent, with all that it says of itself."""

    content: bytes = field(repr=False)
    media_type: str


def add_photos(desk: Desk, claim_id: UUID, looked: Sequence[Looked]) -> tuple[Added, ...]:
    """The photos in the order in which they were given, all of them or none. The same file twice is one photo.

    A case that waits for photos goes on when it is told that they are all there (``claims.desk.assessing.ask``).
    Raises ``ClaimError``: ``at_rest`` for a case that needs nothing more, ``too_many_photos``.
    """
    claim = desk.claim(claim_id, Action.ADD_PHOTOS)
    if desk.house.lifecycle.rests(claim.state):
        raise ClaimError("at_rest", claim.state, state=claim.state)
    there = photos.of_claim(desk.book, claim.id)
    _check_room(there, looked)
    places = {one.sha256: one.position for one in looked if one.position is not None}
    given = [_photo(desk, claim, one) for one in looked]
    added = tuple(Added(photo, fresh) for photo, fresh in photos.add(desk.book, there, given, places))
    observations.keep(desk.book, {one.sha256: one.kept for one in looked if one.kept is not None}, at=desk.at)
    if fresh := [one.photo for one in added if one.fresh]:
        claims.save(desk.book, claim)  # counts the version: what an assessment is made from has changed
        which = {"photo_sha256": fresh[0].sha256} if len(fresh) == 1 else {}
        desk.audit(Action.ADD_PHOTOS, thing_of(claim.id), photos=len(fresh), **which)
        looking_again.ask(desk, claim)
    return added


def which_are_there(desk: Desk, claim_id: UUID, digests: Collection[str]) -> frozenset[str]:
    """Those of the SHA-256 that the case has: they need not be sent again. Other cases are not looked at."""
    claim = desk.seen(claim_id, Action.ADD_PHOTOS)
    return frozenset(photo.sha256 for photo in photos.of_claim(desk.book, claim.id)) & frozenset(digests)


def photo_content(desk: Desk, claim_id: UUID, sha256: str) -> PhotoFile:
    """A photo of the case. Raises ``RightsError`` ``not_found`` for one that it does not have, and ``StorageError``."""
    claim = desk.seen(claim_id, Action.READ_CLAIM)
    photo = photos.get(desk.book, claim.id, sha256)
    if photo is None:
        raise RightsError("not_found", "no such photo", action=Action.READ_CLAIM, role=desk.actor.role)
    return PhotoFile(desk.house.photos.open(photo.sha256), photo.media_type)


def reduced(content: bytes, long_side: int) -> bytes:
    """A photo as an upright JPEG, at most ``long_side`` px long, of pixels only: no place, no time, no maker.

    Raises ``PhotoRejected`` for a file that cannot be shown.
    """
    photo = read_photo(content, name="", limits=IntakeLimits(), min_side=long_side)
    image, out = Image.fromarray(photo.pixels), io.BytesIO()
    image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _check_room(there: Sequence[Photo], looked: Sequence[Looked]) -> None:
    if len({photo.sha256 for photo in there} | {one.sha256 for one in looked}) > MOST_PHOTOS:
        raise ClaimError("too_many_photos", f"{len(there)} are there", photos=len(there), limit=MOST_PHOTOS)


def _photo(desk: Desk, claim: Claim, seen: Looked) -> Photo:
    return Photo(
        id=new_id(desk.at),
        claim=claim.id,
        sha256=seen.sha256,
        added_at=desk.at,
        added_by=desk.actor.name,
        size=seen.size,
        media_type=seen.media_type,
        width=seen.width,
        height=seen.height,
        taken_at=_in_market(desk, claim, seen.taken_at),
        phash=seen.phash,
        usable=seen.usable,
        verdict=seen.verdict,
    )


def _in_market(desk: Desk, claim: Claim, clock: datetime | None) -> datetime | None:
    """A camera's clock read in the zone of the market; None for one that was never set."""
    if clock is None or clock.year not in _YEARS:
        return None
    return clock.replace(tzinfo=ZoneInfo(desk.house.rulebook.policy.market(claim.region).timezone))
