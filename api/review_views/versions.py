"""Which review somebody has seen: its ``ETag``, and the ``If-Match`` of whoever corrects or approves it."""

import re
from hashlib import sha256
from typing import Annotated, Final
from uuid import UUID

from fastapi import Header

from api.versions import require_match
from claims.actions import Action
from claims.desk.desk import Desk
from claims.desk.hands import in_hands
from claims.desk.review_version import Version
from claims.desk.reviewing import check_version
from model.errors import RequestError

_TAG: Final = re.compile(r'"((?:[0-9a-f]{32}|none)\.\d{1,9}\.\d{1,9})(?:\.[0-9a-f]{16})?"')
_ANY: Final = "*"

IfMatchReview = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=256,
        description="The `ETag` of the review as it was seen, one and no `*`: who decides says what they looked at. "
        "Refused with 412 when somebody has corrected the review since, and an approval when photos or documents came.",
        examples=['"0193a2c4000070008000000000000000.2.5.0f3a9c5d2b184e67"'],
    ),
]

IfMatchSeen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=256,
        description="The `ETag` of the review, or of the case, as it was seen, one and no `*`: who decides says "
        "what they looked at. Refused with 428 without one, and with 412 when the review was corrected, or photos or "
        "documents came since; by the `ETag` of the case when anything about it has changed.",
        examples=['"0193a2c4000070008000000000000000.2.5.0f3a9c5d2b184e67"', '"7.0f3a9c5d2b184e67"'],
    ),
]


def review_tag(version: Version, content: bytes) -> str:
    """Strong: the version of the review, and a hash of what is shown of it to whom in which language."""
    return f'"{version.text}.{sha256(content).hexdigest()[:16]}"'


def seen_by(desk: Desk, claim_id: UUID, if_match: str | None) -> Version:
    """The version that whoever holds the case has seen.

    Raises ``RightsError`` and ``ReviewError`` as ``in_hands``; ``RequestError`` ``precondition_needed``;
    ``ReviewError`` ``stale_version`` for what is no version of a review.
    """
    in_hands(desk, claim_id, Action.CORRECT_LINES)
    if if_match is None:
        raise RequestError("precondition_needed")
    tag = _TAG.fullmatch(if_match.strip())
    return Version.of(tag[1] if tag else "")


def require_seen(desk: Desk, claim_id: UUID, action: Action, if_match: str | None) -> None:
    """Returns when the case is as the actor saw it, and locks it. ``if_match``: as ``IfMatchSeen`` has it.

    Raises ``RightsError`` and ``ReviewError`` as ``in_hands``; ``RequestError`` ``precondition_needed``;
    ``ReviewError`` ``stale_version`` and ``StorageError`` ``moved`` for what was seen of a review, and of a case.
    """
    desk.ever(claim_id, action)
    held = Action.CORRECT_LINES if action in desk.house.rights.within_authority else action
    claim = in_hands(desk, claim_id, held)
    if if_match is None:
        raise RequestError("precondition_needed")
    tag = _TAG.fullmatch(if_match.strip())
    if tag is not None or if_match.strip() == _ANY:
        check_version(desk, claim, Version.of(tag[1] if tag else ""))
    else:
        require_match(desk.actor, claim.version, if_match)
