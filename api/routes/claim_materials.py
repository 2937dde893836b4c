"""``/v1/claims/{id}/materials``: documents, and photos that serve as one of the shots of the list."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import ValidationError

from api.answers import told
from api.auth.who import CurrentActor
from api.claim_views.asked import DIGEST, PhotoOfCase
from api.claim_views.documents import attached
from api.claim_views.shown import ClaimOut
from api.deps import InService, InTexts, Now, Service
from api.document_kinds import PDF, PICTURES, media_type
from api.errors import field_problems
from api.estimating import limits
from api.idempotent import InKeyed, once
from api.line import Share
from api.openapi import CHANGES_CASE, MATERIAL_BODY, problems
from api.raw_body import read_body
from api.working import changing, looking
from claims import case_limits
from claims.actions import Action
from claims.actors import ActorKind
from claims.desk import noting, room, showing, submitting
from claims.desk.desk import Desk
from claims.desk.house import House
from claims.materials import Material
from claims.repository import photos
from claims.repository.idempotency import Answer
from model.errors import ClaimError, RequestError, RightsError

router = APIRouter(prefix="/v1/claims/{claim_id}/materials", tags=["claims"])

_JSON: Final = "application/json"
_KINDS: Final = (PDF, *PICTURES.values(), "application/octet-stream")
_MIB: Final = 1024 * 1024


@router.post(
    "/{material}",
    operation_id="addMaterial",
    status_code=201,
    response_model=ClaimOut,
    responses={**CHANGES_CASE, **problems(408, 413, 415)},
    openapi_extra=MATERIAL_BODY,
)
async def add_material(
    claim_id: UUID,
    material: Material,
    request: Request,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InKeyed,
) -> Response:
    """Hand in a document as the body (PDF, JPEG, PNG, WebP, HEIC), or name a photo of the case as `{"photo": …}`.

    A document may have up to 10 MB, and a case 60 of them. A picture has to be readable and a PDF whole; each file is
    one document, and each photo one shot. It is sealed where it is kept. The answer lists what is still missing.
    """
    welcome = partial(_welcome, claim_id=claim_id, material=material, again=key.key is not None)
    await looking(service.house, actor, at, welcome)
    with service.uploads.share() as share:
        content = await _read(request, service, share)
        named = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _JSON
        wanted = _photo(content) if named else None
        kind, digest = (None, wanted) if wanted else await service.line.run(partial(_kept, service.house, content, at))

    def work(desk: Desk) -> Answer:
        room.for_document(desk, desk.claim(claim_id, Action.SUBMIT_MATERIALS), material, digest)
        kept_as = kind or _photo_type(desk, claim_id, digest)
        submitting.add_material(desk, claim_id, material, digest, kept_as)
        return told(desk, claim_id, texts, 201)

    return (await once(key.of(request, digest.encode()), service.house, actor, at, work)).response()


@router.get(
    "/{material}/{sha256}",
    operation_id="getMaterial",
    response_class=Response,
    responses={
        200: {"description": "The file, to be saved", "content": {kind: {} for kind in _KINDS}},
        **problems(401, 403, 404, 409, 422, 429, 500, 503),
    },
)
async def get_material(
    claim_id: UUID,
    material: Material,
    sha256: Annotated[str, Path(pattern=DIGEST, description="SHA-256 of the file, as hexadecimal digits")],
    actor: CurrentActor,
    service: InService,
    at: Now,
) -> Response:
    """A document as it was handed in: for the customer and their app, and for who of the staff holds the case."""
    look = partial(showing.document, claim_id=claim_id, material=material, sha256=sha256)
    file = await looking(service.house, actor, at, look)
    if actor.kind is ActorKind.STAFF:
        await changing(service.house, actor, at, partial(noting.note_seen, claim_id=claim_id))
    return attached(file, material)


def _welcome(desk: Desk, claim_id: UUID, *, material: Material, again: bool) -> None:
    """Before anything is read: documents of a stranger, for a case at rest, or for one that is full, are not kept.

    ``again``: perhaps it was answered before the case came to rest; then that is the answer.
    """
    claim = desk.seen(claim_id, Action.SUBMIT_MATERIALS)
    if again:
        return
    if desk.house.lifecycle.rests(claim.state):
        raise ClaimError("at_rest", claim.state, state=claim.state)
    room.for_document(desk, claim, material)


def _kept(house: House, content: bytes, at: datetime) -> tuple[str, str]:
    """What kind it is, and its SHA-256. Nothing that is no document is kept."""
    return media_type(content, house.eyes.limits), house.photos.put(content, at=at)


def _photo(content: bytes) -> str:
    try:
        return PhotoOfCase.model_validate_json(content).photo
    except ValidationError as error:
        raise RequestError("invalid", errors=field_problems(error.errors(include_url=False))) from None


async def _read(request: Request, service: Service, share: Share) -> bytes:
    try:
        most = case_limits.shipped().document_mib
        return await read_body(request, replace(limits(service), photo_bytes=most * _MIB), share)
    except RequestError as error:
        if error.code != "request.photo_too_large":
            raise
        raise RequestError("document_too_large", limit=f"{most} MB") from None


def _photo_type(desk: Desk, claim_id: UUID, sha256: str) -> str:
    photo = photos.get(desk.book, claim_id, sha256)
    if photo is None:
        raise RightsError("not_found", "no such photo")
    return photo.media_type
