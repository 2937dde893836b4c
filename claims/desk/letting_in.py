"""A way into a case anew, for a customer who has lost the first one."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.actors import ActorKind
from claims.desk.desk import Desk, thing_of
from claims.ids import new_id
from claims.repository import apps
from claims.repository.apps import ClaimToken
from claims.tokens import new_token
from model.errors import ClaimError

_MOST: Final = 10
"""Ways into one case at a time."""


class Checked(StrEnum):
    """How somebody of the staff made sure that it is the customer who asks."""

    IDENTITY_DOCUMENT = "identity_document"
    CALLED_BACK = "called_back"
    POLICY_AND_CAR = "policy_and_car"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshToken:
    """A token just made. ``text`` is shown once and stored nowhere."""

    token: ClaimToken
    text: str = field(repr=False)


def issue(desk: Desk, claim_id: UUID, checked: Checked | None = None, *, revoke: bool = False) -> FreshToken:
    """A token beside those there are, or with ``revoke`` in their place. The log notes whose way in it is, and what
    staff ``checked``: whatever is done with the token names it. One that went through the hands of staff opens little
    until its bearer proves to be the customer (``proving``).

    Raises ``RightsError``; ``ClaimError``: ``identity_unchecked`` where staff did not, ``at_rest`` for an erased case,
    ``too_many_tokens``.
    """
    claim = desk.claim(claim_id, Action.ISSUE_TOKEN)
    if claim.erased_at is not None:
        raise ClaimError("at_rest", claim.state, state=claim.state)
    if desk.actor.kind is ActorKind.STAFF and checked is None:
        raise ClaimError("identity_unchecked")
    if revoke:
        apps.revoke_tokens(desk.book, claim.id, at=desk.at)
    elif apps.valid_tokens(desk.book, claim.id) >= _MOST:
        raise ClaimError("too_many_tokens", limit=_MOST)
    issued = new_token()
    token = ClaimToken(
        id=new_id(desk.at), claim=claim.id, digest=issued.digest, made_at=desk.at, handed_by=handed_by(desk)
    )
    apps.add_token(desk.book, token)
    desk.audit(Action.ISSUE_TOKEN, thing_of(claim.id), kind=checked, token=token.id, revoked=revoke)
    return FreshToken(token=token, text=issued.text)


def handed_by(desk: Desk) -> str | None:
    """Who of the staff sees a token that is made here; None for apps and customers, who show it to nobody of us."""
    return desk.actor.name if desk.actor.kind is ActorKind.STAFF else None
