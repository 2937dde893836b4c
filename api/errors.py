"""Errors as RFC 9457 problem documents: one table from code to HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.language import language_of
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
    "request.too_large": 413,
    "request.too_many_photos": 413,
    "request.photo_too_large": 413,
    "request.too_many_fields": 413,
    "request.field_too_large": 413,
    "request.not_multipart": 415,
    "request.unknown_host": 421,
    "request.invalid": 422,
    "request.no_photos": 422,
    "request.unknown_field": 422,
    "request.repeated_field": 422,
    "facts.invalid": 422,
    "facts.not_json": 422,
    "usage.unknown_region": 422,
    "usage.unknown_vehicle_class": 422,
    "usage.unknown_shop": 422,
    "usage.unknown_area": 422,
    "usage.unknown_part": 422,
    "usage.unknown_paint": 422,
    "service.busy": 503,
    "service.not_ready": 503,
    "service.failed": 500,
}
"""Codes without a line here are faults of this installation: 500 ``service.failed``."""


class FieldProblem(BaseModel):
    """What is wrong with one field. The value itself is never repeated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    code: str
    detail: str


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
        code = error.code if error.code in STATUS else "service.failed"
        texts = Texts.load(language_of(request))
        facts = {**error.facts, "known": _words(error.facts.get("known"))}
        return cls(
            type=f"/problems#{code}",
            title=texts.say(Note(f"problem.{code}.title")),
            status=status or STATUS[code],
            detail=texts.say(Note(f"problem.{code}.detail", facts)),
            instance=request.url.path,
            code=code,
            request_id=request_id(request),
            errors=_fields(error.facts.get("errors")),
            known=_words(error.facts.get("known")),
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
    return Problem.of(error, request, status).response(language_of(request))


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
    if error.code not in STATUS:
        raise error  # a fault of ours: the guard logs it and answers 500
    return answer(error, request)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    name = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
    return Problem.of(HttpError(name), request, error.status_code).response(language_of(request), error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return answer(RequestError("invalid", errors=field_problems(error.errors())), request)


def field_problems(faults: Any) -> tuple[FieldProblem, ...]:
    """Pydantic's faults by field, without the values that were sent."""
    return tuple(
        FieldProblem(field=".".join(map(str, fault["loc"])) or "document", code=fault["type"], detail=fault["msg"])
        for fault in faults
    )


def _fields(errors: object) -> list[FieldProblem]:
    return [item for item in errors if isinstance(item, FieldProblem)] if isinstance(errors, tuple) else []


def _words(known: object) -> list[str]:
    return [str(item) for item in known] if isinstance(known, tuple | list) else []
