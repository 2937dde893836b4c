"""``/v1/claims/{id}/photos``: photos come one by one or many at a time, and may be sent again by their SHA-256."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256 as digest_of
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import plain
from api.auth.who import CurrentActor
from api.claim_views.arrived import Arrived, PhotoAnswer, PhotosAnswer, add, looked_at
from api.claim_views.asked import DIGEST
from api.claim_views.examples import answered
from api.deps import InService, InTexts, Now, Service
from api.estimating import limits
from api.idempotent import InKeyed, once
from api.openapi import PHOTO_BODY, PHOTO_FORM, problems
from api.raw_body import read_body
from api.upload import Upload, read_upload
from api.working import changing, looking
from claims.actions import Action
from claims.actors import ActorKind
from claims.desk import photos, picturing
from claims.desk.desk import Desk
from claims.desk.photos import Looked
from claims.observe import PhotoSource
from claims.repository.idempotency import Answer
from model.errors import ClaimError, PhotoRejected, RequestError, RightsError
from model.texts import Texts

router = APIRouter(prefix="/v1/claims/{claim_id}/photos", tags=["photos"])

Digest = Annotated[str, Path(pattern=DIGEST, description="SHA-256 of the file, as hexadecimal digits")]
_NEW = "At least one photo is new"
_TAKES = (400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503)


@router.post(
    "",
    operation_id="addPhotos",
    response_model=PhotosAnswer,
    responses={**problems(*_TAKES), **answered(201, "photos", model=PhotosAnswer, description=_NEW)},
    openapi_extra=PHOTO_FORM,
)
async def add_photos(
    claim_id: UUID, request: Request, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InKeyed
) -> Response:
    """Add photos. Each is looked at when it arrives: the answer says whether it can be used, and why not.

    The same photo twice is one photo, so that sending again does no harm.
    """
    await looking(service.house, actor, at, partial(_welcome, claim_id=claim_id, again=key.key is not None))
    with service.uploads.share() as share:
        upload = await read_upload(request, limits(service), share)
        _require_photos_only(upload)
        arrived = await _looked_at(service, upload.photos, at)
    asked = key.of(request, "\n".join(map(_digest, arrived)).encode())
    work = partial(_added, claim_id=claim_id, arrived=arrived, texts=texts)
    return (await once(asked, service.house, actor, at, work)).response()


@router.put(
    "/{sha256}",
    operation_id="putPhoto",
    response_model=PhotoAnswer,
    responses={201: {"model": PhotoAnswer, "description": "The photo is new"}, **problems(*_TAKES)},
    openapi_extra=PHOTO_BODY,
)
async def put_photo(
    claim_id: UUID, sha256: Digest, request: Request, actor: CurrentActor, service: InService, texts: InTexts, at: Now
) -> Response:
    """One photo under its own SHA-256, as the body. It may be sent as often as it takes."""
    await looking(service.house, actor, at, partial(_welcome, claim_id=claim_id))
    with service.uploads.share() as share:
        content = await read_body(request, limits(service), share)
        if digest_of(content).hexdigest() != sha256:
            raise RequestError("hash_differs")
        arrived = await _looked_at(service, [PhotoSource(name=sha256, content=content)], at)
    return await plain(service.house, actor, at, partial(_added_one, claim_id=claim_id, arrived=arrived, texts=texts))


@router.head(
    "/{sha256}",
    operation_id="hasPhoto",
    response_class=Response,
    responses={200: {"description": "The case has it"}, **problems(401, 403, 404, 422, 500, 503)},
)
async def has_photo(claim_id: UUID, sha256: Digest, actor: CurrentActor, service: InService, at: Now) -> Response:
    """Whether the case has this photo: then it need not be sent."""
    look = partial(photos.which_are_there, claim_id=claim_id, digests=[sha256])
    if not await looking(service.house, actor, at, look):
        raise RightsError("not_found")
    return Response(status_code=200, headers={"ETag": f'"{sha256}"', "Cache-Control": "no-store"})


@router.get(
    "/{sha256}",
    operation_id="getPhoto",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"image/*": {}, "application/octet-stream": {}}},
        **problems(401, 403, 404, 409, 422, 429, 500, 503),
    },
)
async def get_photo(
    claim_id: UUID,
    sha256: Digest,
    actor: CurrentActor,
    service: InService,
    at: Now,
    size: Annotated[int | None, Query(ge=64, le=2048, description="px of the longer side, as an upright JPEG")] = None,
) -> Response:
    """The file as it was sent, for the customer, their app and who of the staff works on the case; it is noted that
    staff were given it. Others who may look get, as everybody does with `size`, an upright JPEG that says nothing of
    where and when it was taken."""
    look = partial(picturing.picture, claim_id=claim_id, sha256=sha256, size=size)
    shown = await looking(service.house, actor, at, look)
    headers = {"Cache-Control": "private, max-age=3600", "ETag": f'"{sha256}"', "Content-Disposition": "inline"}
    headers["Vary"] = "Authorization, Cookie"
    if shown.size is None:
        if actor.kind is ActorKind.STAFF:
            note = partial(picturing.note_original, claim_id=claim_id, sha256=sha256)
            await changing(service.house, actor, at, note)
            headers["Cache-Control"] = "no-store"
        if not shown.file.media_type.startswith("image/"):
            headers["Content-Disposition"] = "attachment"
        return Response(shown.file.content, headers=headers, media_type=shown.file.media_type)
    with service.small.place():
        small = await service.small.run(partial(_small, shown.file.content, shown.size))
    return Response(small, headers={**headers, "ETag": f'"{sha256}-{shown.size}"'}, media_type="image/jpeg")


async def _looked_at(service: Service, sent: Sequence[PhotoSource], at: datetime) -> list[Arrived]:
    with service.door.photos(), service.line.place():
        return await service.line.run(partial(looked_at, service.house, sent, at))


def _added(desk: Desk, claim_id: UUID, arrived: Sequence[Arrived], texts: Texts) -> Answer:
    answer = add(desk, claim_id, arrived, texts)
    return Answer(status=_status(answer), headers=_language(texts), body=answer.model_dump_json())


def _added_one(desk: Desk, claim_id: UUID, arrived: Sequence[Arrived], texts: Texts) -> Answer:
    answer = add(desk, claim_id, arrived, texts)
    return Answer(status=_status(answer), headers=_language(texts), body=answer.photos[0].model_dump_json())


def _status(answer: PhotosAnswer) -> int:
    return 201 if any(photo.fresh for photo in answer.photos) else 200


def _language(texts: Texts) -> dict[str, str]:
    return {"Content-Language": texts.language}


def _digest(one: Arrived) -> str:
    return one.sha256 if isinstance(one, Looked) else one.why.code


def _small(content: bytes, size: int) -> bytes:
    try:
        return photos.reduced(content, size)
    except PhotoRejected:
        raise RequestError("no_picture") from None


def _welcome(desk: Desk, claim_id: UUID, *, again: bool = False) -> None:
    """Before anything is read: a stranger's photos, or those of a case at rest, are no work of ours.

    ``again``: perhaps they were answered before the case came to rest; then that is the answer.
    """
    claim = desk.seen(claim_id, Action.ADD_PHOTOS)
    if not again and desk.house.lifecycle.rests(claim.state):
        raise ClaimError("at_rest", claim.state, state=claim.state)


def _require_photos_only(upload: Upload) -> None:
    if upload.fields:
        raise RequestError("unknown_field", known=("photos",))
