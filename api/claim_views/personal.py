"""What a notice says of people and cars: in full to whoever works on the case, masked to others."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from claims import masks
from claims.notice import Notice


class PlaceOut(BaseModel):
    """Where it happened; words and position are personal."""

    model_config = ConfigDict(frozen=True)

    text: str | None
    highway: bool | None
    elevated_road: bool | None
    latitude: float | None
    longitude: float | None


class PartyOut(BaseModel):
    """Another party; the plate may be masked."""

    model_config = ConfigDict(frozen=True)

    plate: str | None
    left_the_scene: bool | None


class ContactOut(BaseModel):
    """Who reported; name and telephone may be masked."""

    model_config = ConfigDict(frozen=True)

    name: str
    phone: str
    language: str
    channel: str


class NoticeOut(BaseModel):
    """The first notice of loss. `masked`: numbers and names are shown in part, words and places not at all."""

    model_config = ConfigDict(frozen=True)

    masked: bool
    reported_at: datetime
    policy_number: str
    plate: str | None
    vin: str | None
    engine_number: str | None
    happened_at: datetime
    cause: str
    course: str | None
    place: PlaceOut
    other_parties: list[PartyOut]
    contact: ContactOut
    answers: dict[str, Any]

    @classmethod
    def of(cls, notice: Notice, at: datetime, *, personal: bool) -> Self:
        """``answers`` are those that name nobody."""
        hide = _shown if personal else _hidden
        place, contact = notice.place, notice.contact
        return cls(
            masked=not personal,
            reported_at=at,
            policy_number=notice.policy_number if personal else masks.policy_number(notice.policy_number),
            plate=notice.plate if personal else notice.plate and masks.plate(notice.plate),
            vin=notice.vin if personal else notice.vin and masks.vin(notice.vin),
            engine_number=hide(notice.engine_number),
            happened_at=notice.happened_at,
            cause=notice.cause,
            course=hide(notice.course),
            place=PlaceOut(
                text=hide(place.text),
                highway=place.highway,
                elevated_road=place.elevated_road,
                latitude=place.latitude if personal else None,
                longitude=place.longitude if personal else None,
            ),
            other_parties=[_party(one.plate, one.left_the_scene, personal=personal) for one in notice.other_parties],
            contact=ContactOut(
                name=contact.name if personal else masks.name(contact.name),
                phone=contact.phone if personal else masks.phone(contact.phone),
                language=contact.language,
                channel=contact.channel,
            ),
            answers=notice.model_dump(mode="json", exclude=_ELSEWHERE),
        )


_ELSEWHERE = {
    *("region", "policy_number", "plate", "vin", "engine_number", "happened_at", "cause", "course"),
    *("place", "other_parties", "contact"),
}


def _party(plate: str | None, left: bool | None, *, personal: bool) -> PartyOut:
    return PartyOut(plate=plate if personal or plate is None else masks.plate(plate), left_the_scene=left)


def _shown(text: str | None) -> str | None:
    return text


def _hidden(_: str | None) -> None:
    return None
