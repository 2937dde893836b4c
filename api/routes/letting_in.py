"""``/v1/claims/{id}/tokens``: a way into a case anew, for a customer who has lost the first one."""

from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import NEW_CASE, problems
from claims.desk import letting_in
from claims.desk.desk import Desk
from claims.desk.letting_in import Checked, FreshToken
from claims.repository.idempotency import Answer

router = APIRouter(prefix="/v1/claims/{claim_id}", tags=["claims"], route_class=DocumentRoute)


class TokenIn(Document):
    """`checked`: how staff made sure who asks; apps leave it out. `revoke`: tokens so far open nothing any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revoke": True, "checked": "identity_document"}]})

    checked: Checked | None = None
    revoke: bool = False


class TokenOut(BaseModel):
    """A token for the customer, for the header `Authorization: Bearer …`. It is not shown again."""

    model_config = ConfigDict(frozen=True)

    token: str = Field(repr=False)
    made_at: datetime

    @classmethod
    def of(cls, fresh: FreshToken) -> Self:
        """With the secret."""
        return cls(token=fresh.text, made_at=fresh.token.made_at)


@router.post(
    "/tokens",
    operation_id="issueToken",
    status_code=201,
    response_model=TokenOut,
    responses={**NEW_CASE, **problems(404)},
)
async def issue(
    claim_id: UUID, asked: TokenIn, actor: CurrentActor, service: InService, at: Now, key: InOnce
) -> Response:
    """A fresh token for the customer: by the app that opened the case, or by the front line once they know who asks.

    It is noted in the log; with an `Idempotency-Key` this answer is kept, sealed, as long as that.
    """
    do = partial(letting_in.issue, claim_id=claim_id, checked=asked.checked, revoke=asked.revoke)

    def work(desk: Desk) -> Answer:
        return Answer(status=201, headers={}, body=TokenOut.of(do(desk)).model_dump_json())

    return (await once(key, service.house, actor, at, work)).response()
