"""``/v1/reviews/{claim}/…``: what staff decide about a case. Each answers with the case as it is afterwards."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Response

from api.answers import told
from api.auth.who import CurrentActor
from api.claim_views.shown import ClaimOut
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import CHANGES_CASE
from api.review_views.asked import (
    Approval,
    InOwnWords,
    MaterialsWanted,
    PhotosWanted,
    Refusal,
    Suspicion,
    TheirAmount,
)
from api.review_views.decided import InDecision
from api.review_views.versions import IfMatchReview, seen_by
from api.steps import InStep
from claims.actions import Action
from claims.desk import asking, deciding, escalating, handing_over, queue
from claims.desk.desk import Desk
from claims.repository.idempotency import Answer

router = APIRouter(prefix="/v1/reviews/{claim_id}", tags=["reviews"], route_class=DocumentRoute)


@router.post("/approve", operation_id="approve", response_model=ClaimOut, responses=CHANGES_CASE)
async def approve(
    claim_id: UUID,
    asked: Approval,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchReview = None,
) -> Response:
    """The review as it was seen is what the customer is offered, within the caller's authority."""

    def work(desk: Desk) -> Answer:
        version = seen_by(desk, claim_id, if_match)
        deciding.approve(desk, claim_id, version, asked.words, asked.reasons, despite_cover=asked.despite_cover)
        return told(desk, claim_id, texts)

    return (await once(key, service.house, actor, at, work)).response()


@router.post("/decline", operation_id="declineClaim", response_model=ClaimOut, responses=CHANGES_CASE)
async def decline(asked: Refusal, decision: InDecision) -> Response:
    """Nothing is payable, why, and by which terms. The customer can contest it; a machine never does this."""
    do = partial(deciding.decline, words=asked.words, terms=asked.terms)
    return await decision.made(Action.DECLINE, do)


@router.post("/ask-photos", operation_id="askPhotos", response_model=ClaimOut, responses=CHANGES_CASE)
async def ask_photos(asked: PhotosWanted, decision: InDecision) -> Response:
    """The case waits for these photos, and comes back to a person with them."""
    do = partial(asking.ask_photos, wishes=asked.wishes, words=asked.words)
    return await decision.made(Action.ASK_PHOTO, do)


@router.post("/ask-materials", operation_id="askMaterials", response_model=ClaimOut, responses=CHANGES_CASE)
async def ask_materials(asked: MaterialsWanted, decision: InDecision) -> Response:
    """All that is missing, and what is wanted beyond it, in one list."""
    do = partial(asking.ask_materials, more=asked.more, words=asked.words)
    return await decision.made(Action.ASK_MATERIALS, do)


@router.post("/escalate", operation_id="escalate", response_model=ClaimOut, responses=CHANGES_CASE)
async def escalate(asked: InOwnWords, decision: InDecision) -> Response:
    """The next level shall decide."""
    do = partial(escalating.escalate, words=asked.words)
    return await decision.made(Action.ESCALATE, do)


@router.post("/return", operation_id="returnReview", response_model=ClaimOut, responses=CHANGES_CASE)
async def give_back(asked: InOwnWords, decision: InDecision) -> Response:
    """The level has decided, on this basis, and the case goes on from where it was."""
    do = partial(escalating.give_back, words=asked.words)
    return await decision.made(Action.RETURN, do)


@router.post("/suspect", operation_id="suspect", response_model=ClaimOut, responses=CHANGES_CASE)
async def suspect(asked: Suspicion, decision: InDecision) -> Response:
    """Facts that were found go to a specialist; they are no verdict."""
    do = partial(handing_over.suspect, evidence=asked.evidence, words=asked.words)
    return await decision.made(Action.SUSPECT, do)


@router.post("/clear", operation_id="clear", response_model=ClaimOut, responses=CHANGES_CASE)
async def clear(asked: InOwnWords, decision: InDecision) -> Response:
    """What was found has been explained; the case is reviewed as any other."""
    do = partial(handing_over.clear, words=asked.words)
    return await decision.made(Action.CLEAR, do)


@router.post("/send-third-party", operation_id="sendThirdParty", response_model=ClaimOut, responses=CHANGES_CASE)
async def send_third_party(asked: InOwnWords, decision: InDecision) -> Response:
    """Somebody independent shall assess it once more."""
    do = partial(handing_over.send_third_party, words=asked.words)
    return await decision.made(Action.SEND_THIRD_PARTY, do)


@router.post("/third-party-answer", operation_id="thirdPartyAnswer", response_model=ClaimOut, responses=CHANGES_CASE)
async def third_party_answer(asked: TheirAmount, decision: InDecision) -> Response:
    """Their amount beside ours: both are kept, and a person looks at both."""
    do = partial(handing_over.third_party_answered, theirs=asked.amount, words=asked.words)
    return await decision.made(Action.THIRD_PARTY_ANSWERED, do)


@router.post("/recall", operation_id="recall", response_model=ClaimOut, responses=CHANGES_CASE)
async def recall(asked: InOwnWords, decision: InDecision) -> Response:
    """Something was found before the money went out: the offer holds no longer."""
    do = partial(deciding.recall, words=asked.words)
    return await decision.made(Action.RECALL, do)


@router.post("/take-up", operation_id="takeUp", response_model=ClaimOut, responses=CHANGES_CASE)
async def take_up(step: InStep) -> Response:
    """A contested case in the caller's hands, who has more authority than whoever decided it."""
    return await step.taken(queue.take_up)


@router.post("/refer", operation_id="refer", response_model=ClaimOut, responses=CHANGES_CASE)
async def refer(asked: InOwnWords, decision: InDecision) -> Response:
    """A person shall look, whatever the machine is at."""
    do = partial(handing_over.refer, words=asked.words)
    return await decision.made(Action.REFER, do)
