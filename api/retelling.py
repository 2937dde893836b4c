"""Answers that are told again to staff: what they may see of a case ends with their work on it.

An answer that shows a case, or a complaint about one, says which (``Content-Location``, RFC 9110, 8.7). For staff its
body is not kept: it is told anew, as it is and as they may see it by now.
"""

import re
from dataclasses import replace
from typing import Final
from uuid import UUID

from api.answers import told
from api.review_views.answer import review_answer
from api.review_views.complaint_versions import complaint_answer
from claims.actors import ActorKind
from claims.desk.complaint_line import complaint_of
from claims.desk.desk import Desk
from claims.repository.idempotency import Answer
from model.texts import Texts

_WHERE: Final = re.compile(r"/v1/(claims|reviews)/([0-9a-f-]{36})(?:/complaints/([0-9a-f-]{36}))?")


def kept(desk: Desk, answer: Answer) -> Answer:
    """What is stored of an answer."""
    return answer if _about(desk, answer) is None else replace(answer, body="")


def again(desk: Desk, answer: Answer) -> Answer:
    """The answer to a request that was carried out before. Raises ``RightsError`` for what is not theirs to see now."""
    about = _about(desk, answer)
    if about is None:
        return answer
    fresh = _fresh(desk, about, Texts.load(answer.headers["Content-Language"]))
    return replace(answer, headers={**answer.headers, **fresh.headers}, body=fresh.body)


def _fresh(desk: Desk, about: re.Match[str], texts: Texts) -> Answer:
    claim = UUID(about[2])
    if about[3]:
        return complaint_answer(desk, complaint_of(desk, claim, UUID(about[3])), texts)
    return review_answer(desk, claim, texts) if about[1] == "reviews" else told(desk, claim, texts)


def _about(desk: Desk, answer: Answer) -> re.Match[str] | None:
    if desk.actor.kind is not ActorKind.STAFF:
        return None
    return _WHERE.fullmatch(answer.headers.get("Content-Location", ""))
