"""``/v1/claims/{id}/payments``: the money that a customer has accepted is sent, arrives, or comes back."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Response

from api.answers import changed
from api.auth.who import CurrentActor
from api.claim_views.shown import ClaimOut
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import CHANGES_CASE
from api.review_views.asked import InOwnWords, PaymentProof, Returned
from claims.desk import paying

router = APIRouter(prefix="/v1/claims/{claim_id}", tags=["payments"], route_class=DocumentRoute)


@router.post("/payments", operation_id="startPayment", response_model=ClaimOut, responses=CHANGES_CASE)
async def start_payment(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """The money goes out. By rule that happens by itself once a case is accepted and complete."""
    return (await once(key, service.house, actor, at, changed(paying.start, claim_id, texts))).response()


@router.post("/payments/confirm", operation_id="confirmPayment", response_model=ClaimOut, responses=CHANGES_CASE)
async def confirm_payment(
    claim_id: UUID, asked: PaymentProof, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """The money has arrived: the case is closed."""
    do = partial(paying.confirm, proof=asked.proof)
    return (await once(key, service.house, actor, at, changed(do, claim_id, texts))).response()


@router.post("/payments/return", operation_id="returnPayment", response_model=ClaimOut, responses=CHANGES_CASE)
async def return_payment(
    claim_id: UUID, asked: Returned, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """The bank sent it back: the customer is asked for another account, and it is sent anew."""
    do = partial(paying.returned, why=asked.why)
    return (await once(key, service.house, actor, at, changed(do, claim_id, texts))).response()


@router.post("/close-unpaid", operation_id="closeUnpaid", response_model=ClaimOut, responses=CHANGES_CASE)
async def close_unpaid(
    claim_id: UUID, asked: InOwnWords, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """Nothing is payable: the deductible takes it all."""
    do = partial(paying.close_unpaid, words=asked.words)
    return (await once(key, service.house, actor, at, changed(do, claim_id, texts))).response()
