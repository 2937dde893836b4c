"""``/v1/claims/{id}/tokens``: a way into a case anew, for a customer who has lost the first one."""

from datetime import datetime
from functools import partial
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import CHANGES_CASE, NEW_CASE, problems
from api.working import changing
from claims.desk import letting_in, proving
from claims.desk.desk import Desk
from claims.desk.letting_in import Checked, FreshToken
from claims.repository.idempotency import Answer
from model.errors import RightsError

router = APIRouter(prefix="/v1/claims/{claim_id}", tags=["claims"], route_class=DocumentRoute)


class TokenIn(Document):
    """`checked`: how staff made sure who asks; apps leave it out. `revoke`: tokens so far open nothing any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revoke": True, "checked": "identity_document"}]})

    checked: Checked | None = None
    revoke: bool = False


class TokenOut(BaseModel):
    """A token for the customer, for the header `Authorization: Bearer …`. It is not shown again.

    `proof`: its bearer proves to be the customer before it opens everything (`POST …/proof`).
    """

    model_config = ConfigDict(frozen=True)

    token: str = Field(repr=False)
    made_at: datetime
    proof: bool

    @classmethod
    def of(cls, fresh: FreshToken) -> Self:
        """With the secret."""
        return cls(token=fresh.text, made_at=fresh.token.made_at, proof=not fresh.token.proven)


class ProofIn(Document):
    """The number of the policy, however it is typed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"policy_number": "PDAA202631010000012345"}]})

    policy_number: Annotated[str, Field(min_length=1, max_length=64, repr=False)]


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

    What staff hand out shows the case masked and takes photos and documents; for the rest its bearer proves once that
    they are the customer. It is noted in the log; with an `Idempotency-Key` this answer is kept, sealed, as long as
    that.
    """
    do = partial(letting_in.issue, claim_id=claim_id, checked=asked.checked, revoke=asked.revoke)

    def work(desk: Desk) -> Answer:
        return Answer(status=201, headers={}, body=TokenOut.of(do(desk)).model_dump_json())

    return (await once(key, service.house, actor, at, work)).response()


@router.post("/proof", operation_id="prove", status_code=204, responses=CHANGES_CASE)
async def prove(claim_id: UUID, asked: ProofIn, actor: CurrentActor, service: InService, at: Now) -> None:
    """Once, for a token that staff handed out (`rights.unproven`): its bearer is the customer, who knows the policy.

    After five wrong numbers none is looked at for a day: `rights.proof_locked` with `Retry-After`.
    """
    do = partial(proving.prove, claim_id=claim_id, policy_number=asked.policy_number)
    if not await changing(service.house, actor, at, do):
        raise RightsError("proof_wrong")
