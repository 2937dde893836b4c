"""What two people may change at a time: ``ETag`` on what is shown, ``If-Match`` on what is changed (RFC 9110, 13)."""

import re
from hashlib import sha256
from typing import Annotated, Final
from uuid import UUID

from fastapi import Header, Request, Response

from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.desk.desk import Desk
from model.errors import RequestError, StorageError

_TAG: Final = re.compile(r'"(\d{1,18}|[0-9a-f]{16})(?:\.[0-9a-f]{16})?"')

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1024,
        description="The `ETag` of the case as it was seen. Staff must send it; whoever does is refused with 412 when "
        "the case has changed since.",
        examples=['"7.0f3a9c5d2b184e67"'],
    ),
]


def etag(version: int | str, content: bytes) -> str:
    """Strong: the version of the row, and a hash of what is shown of it to whom in which language."""
    return f'"{version}.{sha256(content).hexdigest()[:16]}"'


def shown(request: Request, content: bytes, version: int | str, language: str | None = None) -> Response:
    """200 with an ``ETag``, or 304 for one that the caller has. ``language``: None for what has no words of ours."""
    tag = etag(version, content)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Accept-Language"}
    known = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(None, 304, headers)
    told = {"Content-Language": language} if language else {}
    return Response(content, 200, {**headers, **told}, "application/json")


def require_version(desk: Desk, claim_id: UUID, action: Action, if_match: str | None) -> None:
    """Returns when the case is as the caller saw it, and locks it.

    Raises ``RequestError`` ``precondition_needed`` for staff without ``If-Match``, ``StorageError`` ``moved``, and
    ``RightsError`` as ``Desk.claim`` does.
    """
    require_match(desk.actor, desk.claim(claim_id, action).version, if_match)


def require_match(actor: Actor, version: int | str, if_match: str | None) -> None:
    """Returns when the ``version`` of a row is one that the caller saw.

    Raises ``RequestError`` ``precondition_needed`` for staff without ``If-Match``, ``StorageError`` ``moved``.
    """
    if if_match is None:
        if actor.kind is ActorKind.STAFF:
            raise RequestError("precondition_needed")
        return
    tags = [_TAG.fullmatch(item.strip()) for item in if_match.split(",")]
    if if_match.strip() != "*" and str(version) not in {tag[1] for tag in tags if tag is not None}:
        raise StorageError("moved", "it is not what was seen", row_version=version)
