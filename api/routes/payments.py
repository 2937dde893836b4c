"""``/v1/claims/{id}/payments``: the money that a customer has accepted is sent, arrives, or comes back.

``/v1/payments`` lists those that wait for somebody.
"""

from functools import partial
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response

from api.auth.who import CurrentActor
from api.claim_views.shown import ClaimOut
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.openapi import CHANGES_CASE, problems
from api.paging import AfterRow, Most
from api.review_views.asked import InOwnWords
from api.review_views.payments import PaymentOut, PaymentProof, PaymentStart, Returned
from api.steps import InStep
from api.working import looking
from claims.desk import paying, payment_list, transfers

router = APIRouter(prefix="/v1", tags=["payments"], route_class=DocumentRoute)

_CASE = "/claims/{claim_id}"


@router.get("/payments", operation_id="listPayments", responses=problems(401, 403, 422, 429, 500, 503))
async def list_payments(
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    state: Literal["returned", "under_way"] = "returned",
    cursor: AfterRow = None,
    limit: Most = 50,
) -> list[PaymentOut]:
    """Money that the bank sent back and that has to be sent again, with until when; or money that is on its way."""
    look = partial(payment_list.waiting, came_back=state == "returned", after=cursor, limit=limit)
    page = await looking(service.house, actor, at, look)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    if page.after is not None:
        response.headers["Link"] = f'</v1/payments?state={state}&limit={limit}&cursor={page.after}>; rel="next"'
    return [PaymentOut.of(one, texts) for one in page.payments]


@router.get(f"{_CASE}/payments", operation_id="claimPayments", responses=problems(401, 403, 404, 422, 429, 500, 503))
async def claim_payments(
    claim_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    cursor: AfterRow = None,
    limit: Most = 50,
) -> list[PaymentOut]:
    """Every payment of a case, the first first: its `id` is what later words about it name.

    `Link` leads to the next page.
    """
    look = partial(payment_list.of_case, claim_id=claim_id, after=cursor, limit=limit)
    found = await looking(service.house, actor, at, look)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    if found.after is not None:
        response.headers["Link"] = f'</v1/claims/{claim_id}/payments?limit={limit}&cursor={found.after}>; rel="next"'
    return [PaymentOut.of(one, texts) for one in found.payments]


@router.post(f"{_CASE}/payments", operation_id="startPayment", response_model=ClaimOut, responses=CHANGES_CASE)
async def start_payment(step: InStep, asked: PaymentStart | None = None) -> Response:
    """The money goes out. By rule that happens by itself once a case is accepted and complete.

    Money that came back is sent again by naming its payment in `again`.
    """
    do = partial(paying.start, again=None if asked is None else asked.again)
    return await step.taken(do)


@router.post(
    f"{_CASE}/payments/confirm", operation_id="confirmPayment", response_model=ClaimOut, responses=CHANGES_CASE
)
async def confirm_payment(asked: PaymentProof, step: InStep) -> Response:
    """The money has arrived: the case is closed. What differs from what was sent goes to a person instead."""
    do = partial(transfers.confirm, payment_id=asked.payment, told=asked.arrived)
    return await step.taken(do)


@router.post(f"{_CASE}/payments/return", operation_id="returnPayment", response_model=ClaimOut, responses=CHANGES_CASE)
async def return_payment(asked: Returned, step: InStep) -> Response:
    """The bank sent it back: the customer is asked for another account, and a clock runs until it is sent anew."""
    do = partial(transfers.returned, payment_id=asked.payment, why=asked.why)
    return await step.taken(do)


@router.post(f"{_CASE}/close-unpaid", operation_id="closeUnpaid", response_model=ClaimOut, responses=CHANGES_CASE)
async def close_unpaid(asked: InOwnWords, step: InStep) -> Response:
    """Nothing is payable: the deductible takes it all."""
    do = partial(paying.close_unpaid, words=asked.words)
    return await step.taken(do)
