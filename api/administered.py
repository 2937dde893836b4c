"""What administrators may change at a time: a person, an app or a receiver, with the ``ETag`` that a change names."""

from typing import Annotated, Final

from fastapi import Header, Request, Response
from pydantic import Field

from api.documents import Document, never_kept
from api.openapi import problems
from api.versions import etag, shown
from claims.repository.idempotency import Answer

READS: Final = problems(400, 401, 403, 404, 408, 413, 421, 422, 429, 500, 503)
READS_ONE: Final = {304: {"description": "Nothing has changed since the `ETag` of `If-None-Match`"}, **READS}
CHANGES: Final = problems(400, 401, 403, 404, 408, 409, 413, 421, 422, 429, 500, 503)
CHANGES_SEEN: Final = {**CHANGES, **problems(412, 428)}

IfMatchVersion = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1024,
        description="The `ETag` of what is changed as it was seen, or its `version` in quotation marks, as lists tell "
        "it. Refused with 428 without one, and with 412 when it differs by now; `*` is taken whatever it is.",
        examples=['"6b51d431df5d7f14.0f3a9c5d2b184e67"'],
    ),
]


class Versioned(Document):
    """What more than one administrator may change."""

    version: str = Field(
        description="another one while what administrators may change differs, for `If-Match`",
        examples=["6b51d431df5d7f14"],
    )

    @property
    def tag(self) -> str:
        """Its ``ETag``, which a secret that one answer alone tells is no part of."""
        return etag(self.version, self._content)

    def read(self, request: Request) -> Response:
        """It, or 304 for whoever has it. Nobody keeps it on the way."""
        answer = shown(request, self._content, self.version)
        never_kept(answer)
        return answer

    @property
    def _content(self) -> bytes:
        return self.model_dump_json(exclude={"secret"}).encode()


def made(document: Document) -> Answer:
    """What is answered, and kept for a request that is sent again."""
    return _told(document, 201)


def changed(document: Versioned) -> Answer:
    """It as it is after a change."""
    return _told(document, 200)


def _told(document: Document, status: int) -> Answer:
    headers = {"ETag": document.tag} if isinstance(document, Versioned) else {}
    return Answer(status=status, headers=headers, body=document.model_dump_json())
