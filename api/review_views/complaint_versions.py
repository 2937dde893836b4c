"""Which version of a complaint somebody has seen: its ``ETag``, and the ``If-Match`` of whoever takes or answers it."""

from typing import Annotated
from uuid import UUID

from fastapi import Header

from api.review_views.service import StaffComplaintOut
from api.versions import etag, require_match
from claims.desk import complaining
from claims.desk.complaint_line import Complained
from claims.desk.desk import Desk
from claims.repository.idempotency import Answer
from model.texts import Texts

IfMatchComplaint = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1024,
        description="The `ETag` of the complaint as it was seen, or its `version` in quotation marks, as lists tell "
        "it. Refused with 428 without one, and with 412 when the complaint has changed since.",
        examples=['"3.0f3a9c5d2b184e67"'],
    ),
]


def require_seen(desk: Desk, complaint_id: UUID, if_match: str | None, claim_id: UUID | None = None) -> None:
    """Returns when the complaint is as the caller saw it, and locks it with its case.

    Raises ``RequestError`` ``precondition_needed``, ``StorageError`` ``moved``, and as ``complaining.at_large`` and,
    with a case, ``complaining.about``.
    """
    if claim_id is None:
        found = complaining.at_large(desk, complaint_id)
    else:
        found = complaining.about(desk, claim_id, complaint_id)
    require_match(desk.actor, found.complaint.version, if_match)


def complaint_answer(desk: Desk, found: Complained, texts: Texts) -> Answer:
    """The complaint as it is, with its ``ETag`` and where it is."""
    document = StaffComplaintOut.of(found, desk.actor, texts)
    body = document.model_dump_json()
    told_of = {"ETag": etag(document.version, body.encode()), "Content-Location": document.address}
    return Answer(status=200, headers={**told_of, "Content-Language": texts.language}, body=body)
