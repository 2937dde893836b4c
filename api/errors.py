"""Errors as RFC 9457 problem documents: one table from code to HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.field_faults import FieldFault
from api.language import language_of
from api.methods import allowed
from api.pages.nowhere import is_read_by_a_person, nowhere
from model.errors import QuickClaimError, RequestError
from model.notes import Note
from model.texts import Texts

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 10

STATUS: Mapping[str, int] = {
    "http.not_found": 404,
    "http.method_not_allowed": 405,
    "http.refused": 400,
    "request.malformed": 400,
    "request.truncated": 400,
    "request.cross_site": 403,
    "request.too_slow": 408,
    "request.still_running": 409,
    "request.too_large": 413,
    "request.too_many_photos": 413,
    "request.photo_too_large": 413,
    "request.too_many_fields": 413,
    "request.field_too_large": 413,
    "request.document_too_large": 413,
    "request.not_multipart": 415,
    "request.not_a_document": 415,
    "request.unknown_host": 421,
    "request.invalid": 422,
    "request.no_photos": 422,
    "request.unknown_field": 422,
    "request.repeated_field": 422,
    "request.hash_differs": 422,
    "request.key_reused": 422,
    "request.weak_key": 422,
    "request.content_refused": 422,
    "request.no_picture": 422,
    "request.precondition_needed": 428,
    "facts.invalid": 422,
    "facts.not_json": 422,
    "usage.unknown_region": 422,
    "usage.no_prices": 422,
    "usage.unknown_vehicle_class": 422,
    "usage.unknown_shop": 422,
    "usage.unknown_area": 422,
    "usage.unknown_part": 422,
    "usage.unknown_paint": 422,
    "rights.who": 401,
    "rights.credentials": 401,
    "rights.token_invalid": 401,
    "rights.token_expired": 401,
    "rights.token_revoked": 401,
    "rights.no_role": 403,
    "rights.role_unclear": 403,
    "rights.forbidden": 403,
    "rights.beyond_authority": 403,
    "rights.same_person": 403,
    "rights.not_of_level": 403,
    "rights.same_line": 403,
    "rights.password_wrong": 403,
    "rights.password_due": 403,
    "rights.password_same": 422,
    "rights.unproven": 403,
    "rights.proof_wrong": 403,
    "rights.not_found": 404,
    "rights.not_held": 409,
    "rights.login_taken": 409,
    "rights.name_taken": 409,
    "rights.signed_in_elsewhere": 409,
    "rights.reason_needed": 422,
    "rights.password_too_short": 422,
    "rights.password_too_long": 422,
    "rights.locked": 429,
    "rights.proof_locked": 429,
    "request.too_many": 429,
    "claim.not_yours_to_do": 403,
    "claim.impossible_move": 409,
    "claim.needs_more": 409,
    "claim.no_photos": 409,
    "claim.no_new_photos": 409,
    "claim.materials_missing": 409,
    "claim.at_rest": 409,
    "claim.serves_already": 409,
    "claim.too_many_photos": 409,
    "claim.too_many": 409,
    "claim.offer_over": 409,
    "claim.offer_expired": 409,
    "claim.nothing_accepted": 409,
    "claim.no_payment": 404,
    "claim.payment_over": 409,
    "claim.payment_unnamed": 409,
    "claim.no_level_above": 409,
    "claim.too_early": 409,
    "claim.judged_already": 409,
    "claim.still_open": 409,
    "claim.kept": 409,
    "claim.rules_gone": 409,
    "claim.model_gone": 409,
    "claim.cover_changed": 409,
    "claim.payment_on_its_way": 409,
    "claim.nothing_asked": 409,
    "claim.no_call": 409,
    "claim.no_complaint": 404,
    "claim.complaint_taken": 409,
    "claim.complaint_over": 409,
    "claim.complaint_above": 403,
    "claim.nothing_to_call_for": 409,
    "claim.too_many_tokens": 409,
    "claim.identity_unchecked": 422,
    "claim.nothing_said": 422,
    "claim.nothing_told": 422,
    "claim.expected_when": 422,
    "claim.notice_refused": 422,
    "review.not_reproduced": 409,
    "review.holds_enough": 409,
    "review.held_by_other": 409,
    "review.lease_over": 409,
    "review.not_held": 409,
    "review.not_waiting": 409,
    "review.unpriced_lines": 409,
    "review.cover_in_doubt": 409,
    "review.line_removed": 409,
    "review.line_counts": 409,
    "review.part_twice": 409,
    "review.stale_version": 412,
    "review.nothing_changed": 422,
    "review.unknown_line": 422,
    "review.unknown_part": 422,
    "review.part_needed": 422,
    "review.over_limit": 422,
    "review.unknown_photo": 422,
    "review.box_outside": 422,
    "storage.lease_lost": 409,
    "storage.moved": 412,
    "storage.busy": 503,
    "storage.unavailable": 503,
    "storage.full": 503,
    "storage.unwritable": 503,
    "storage.photo_unwritable": 503,
    "webhook.not_a_url": 422,
    "webhook.not_https": 422,
    "webhook.credentials": 422,
    "webhook.port": 422,
    "webhook.unresolved": 422,
    "webhook.not_public": 422,
    "service.issuer_unreachable": 503,
    "service.busy": 503,
    "service.not_ready": 503,
    "service.stopping": 503,
    "service.failed": 500,
}
"""Codes without a line here are faults of this installation: 500 ``service.failed``."""

STATUS_OF_PHOTO: Mapping[str, int] = {
    **dict.fromkeys(("photo.unknown_format", "photo.unsupported_format", "photo.is_document", "photo.is_video"), 415),
    **dict.fromkeys(("photo.animated", "photo.polyglot"), 415),
    **dict.fromkeys(("photo.empty", "photo.too_many_bytes"), 422),
}
"""Why not one file of a request was kept; the sentences of photos say it."""


class FieldProblem(BaseModel):
    """What is wrong with one field. The value itself is never repeated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    code: str
    detail: str

    @classmethod
    def of(cls, fault: FieldFault, texts: Texts) -> "FieldProblem":
        """In one language. What only pydantic has words for is told in them to who reads English."""
        english = fault.plain if texts.language == "en" else None
        return cls(field=fault.field, code=fault.code, detail=english or texts.say(fault.told))


class Problem(BaseModel):
    """An RFC 9457 problem. ``code`` is stable; ``known`` lists what exists where something unknown was named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="where the problem is explained")
    title: str
    status: int
    detail: str
    instance: str = Field(description="the path that was asked for")
    code: str
    request_id: str
    errors: list[FieldProblem] = Field(default_factory=list)
    known: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, error: QuickClaimError, request: Request, status: int | None = None) -> "Problem":
        """The problem of an error, in the language that the request asks for."""
        code = error.code if error.code in STATUS or error.code in STATUS_OF_PHOTO else "service.failed"
        texts = Texts.load(language_of(request))
        known = _words(error.facts.get("known") or error.facts.get("missing"), texts)
        facts = {**error.facts, "known": known}
        return cls(
            type=f"/problems#{code}",
            title=texts.say(Note("problem.no_photo.title" if code in STATUS_OF_PHOTO else f"problem.{code}.title")),
            status=status or STATUS_OF_PHOTO.get(code) or STATUS[code],
            detail=texts.say(Note(code if code in STATUS_OF_PHOTO else f"problem.{code}.detail", facts)),
            instance=request.url.path,
            code=code,
            request_id=request_id(request),
            errors=_fields(error.facts.get("errors"), texts),
            known=known,
        )

    def response(self, language: str, headers: Mapping[str, str] | None = None) -> Response:
        """The answer, with ``Retry-After`` where waiting helps."""
        extra = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            extra["Retry-After"] = str(RETRY_AFTER_S)
        content = self.model_dump_json(exclude_defaults=True)
        return Response(content, self.status, {**extra, **(headers or {})}, MEDIA_TYPE)


class HttpError(QuickClaimError):
    """The address or the method does not exist here."""

    prefix = "http"


def answer(error: QuickClaimError, request: Request, status: int | None = None) -> Response:
    """The problem document of an error."""
    problem = Problem.of(error, request, status)
    return problem.response(language_of(request), _headers(error, problem.status))


def _headers(error: QuickClaimError, status: int) -> dict[str, str]:
    """Who may come in (RFC 6750, 3), and from when on it is worth trying again."""
    wait_s = error.facts.get("wait_s")
    headers = {"Retry-After": str(wait_s)} if isinstance(wait_s, int) else {}
    if status == HTTPStatus.UNAUTHORIZED:
        shown = error.code.startswith("rights.token_")
        headers["WWW-Authenticate"] = 'Bearer realm="quickclaim"' + (', error="invalid_token"' if shown else "")
    return headers


def request_id(request: Request) -> str:
    """The id that the guard gave to this request."""
    return str(request.scope.get("quickclaim.request_id", ""))


def install(app: FastAPI) -> None:
    """Have every error of the app answered by a problem document."""
    app.add_exception_handler(QuickClaimError, _coded)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _coded(request: Request, error: Exception) -> Response:
    if not isinstance(error, QuickClaimError):
        raise error
    if error.code not in STATUS and error.code not in STATUS_OF_PHOTO:
        raise error  # a fault of ours: the guard logs it and answers 500
    return answer(error, request)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.NOT_FOUND and is_read_by_a_person(request):
        return nowhere(request)
    name = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
    headers = {"Allow": allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return Problem.of(HttpError(name), request, error.status_code).response(language_of(request), headers)


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if any(fault["loc"][0] == "path" for fault in error.errors()) and is_read_by_a_person(request):
        return nowhere(request)
    return answer(RequestError("invalid", errors=field_problems(error.errors())), request)


def field_problems(faults: Any, texts: Texts | None = None) -> tuple[FieldFault | FieldProblem, ...]:
    """Pydantic's faults by field, without the values that were sent; said in ``texts``, or later by the answer."""
    found = tuple(map(FieldFault.of, faults))
    return found if texts is None else tuple(FieldProblem.of(fault, texts) for fault in found)


def _fields(errors: object, texts: Texts) -> list[FieldProblem]:
    items = errors if isinstance(errors, tuple) else ()
    told = [FieldProblem.of(item, texts) if isinstance(item, FieldFault) else item for item in items]
    return [item for item in told if isinstance(item, FieldProblem)]


def _words(known: object, texts: Texts) -> list[str]:
    items = known if isinstance(known, tuple | list) else ()
    return [texts.say(item) if isinstance(item, Note) else str(item) for item in items]
