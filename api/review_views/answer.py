"""A review as an answer, made in the transaction that looks at it or changes it."""

from uuid import UUID

from api.review_views.queued import review_address
from api.review_views.review import ReviewOut
from api.review_views.versions import review_tag
from api.staff_texts import for_staff
from claims.desk.desk import Desk
from claims.desk.review_version import Version
from claims.desk.reviewing import InReview
from claims.desk.table import on_table
from claims.repository.idempotency import Answer
from model.texts import Texts


def review_answer(desk: Desk, claim_id: UUID, texts: Texts, found: InReview | None = None) -> Answer:
    """The estimate as people have made it so far, with its ``ETag``. ``found`` and what is raised: as ``on_table``."""
    document = ReviewOut.of(on_table(desk, claim_id, found), desk.house.lifecycle, for_staff(texts))
    body = document.model_dump_json()
    tag = review_tag(Version.of(document.version), body.encode())
    headers = {"ETag": tag, "Content-Language": texts.language, "Content-Location": review_address(claim_id)}
    return Answer(status=200, headers=headers, body=body)
