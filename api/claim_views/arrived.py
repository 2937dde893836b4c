"""Photos that have just arrived: what is answered about each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.claim_views.parts import photo_address
from api.errors import STATUS_OF_PHOTO
from api.schemas import Statement
from claims.desk import photos
from claims.desk.desk import Desk
from claims.desk.house import House
from claims.desk.photos import Added, Looked, Sent
from claims.observe import PhotoSource
from model.errors import PhotoRejected
from model.notes import Note
from model.texts import Texts


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not kept: it is no photo, empty, or too large."""

    name: str
    why: Note


Arrived = Looked | Refused


class PhotoAnswer(BaseModel):
    """One file that was sent. `fresh`: the case did not have it. `sha256` is null for a file that was not kept."""

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str | None
    href: str | None
    usable: bool
    fresh: bool
    verdict: list[Statement]

    @classmethod
    def of(cls, name: str, added: Added, texts: Texts) -> Self:
        """Of a photo that the case has now."""
        photo = added.photo
        return cls(
            file=name,
            sha256=photo.sha256,
            href=photo_address(photo.claim, photo.sha256),
            usable=photo.usable,
            fresh=added.fresh,
            verdict=[Statement.of(item, texts) for item in photo.verdict],
        )

    @classmethod
    def refused(cls, file: Refused, texts: Texts) -> Self:
        """Of one that it has not."""
        why = Statement.of(file.why, texts)
        return cls(file=file.name, sha256=None, href=None, usable=False, fresh=False, verdict=[why])


class PhotosAnswer(BaseModel):
    """Every file, in the order in which it was sent."""

    model_config = ConfigDict(frozen=True)

    photos: list[PhotoAnswer]


def looked_at(house: House, sent: Sequence[PhotoSource], at: datetime) -> list[Arrived]:
    """All files kept and looked at, together. Slow: it belongs in a thread, outside any transaction.

    Raises ``PhotoRejected`` where not one of them is kept: of one that may be a photo, else of the first.
    """
    seen = photos.look_all(house, [_sent(one) for one in sent], at=at)
    refused = [one for one in seen if isinstance(one, PhotoRejected)]
    if refused and len(refused) == len(seen):
        raise max(refused, key=lambda one: STATUS_OF_PHOTO[one.code])
    return [
        Refused(source.name, Note(one.code, one.facts)) if isinstance(one, PhotoRejected) else one
        for source, one in zip(sent, seen, strict=True)
    ]


def add(desk: Desk, claim_id: UUID, arrived: Sequence[Arrived], texts: Texts) -> PhotosAnswer:
    """All that can be kept added to the case. Raises as ``photos.add_photos``."""
    kept = [one for one in arrived if isinstance(one, Looked)]
    added = iter(photos.add_photos(desk, claim_id, kept))
    answers = [
        PhotoAnswer.of(one.name, next(added), texts) if isinstance(one, Looked) else PhotoAnswer.refused(one, texts)
        for one in arrived
    ]
    return PhotosAnswer(photos=answers)


def _sent(source: PhotoSource) -> Sent:
    content = source.content if isinstance(source.content, bytes) else source.content.read_bytes()
    return Sent(name=source.name, content=content)
