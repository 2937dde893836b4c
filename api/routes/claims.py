"""``/v1/claims``: cases are opened, found, looked at and moved on. What is done is in ``claims/desk``."""

from functools import partial
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.answers import as_its_customer, claim_document, plain, told
from api.auth.who import CurrentActor, MaybeActor
from api.claim_views.asked import Acceptance, ClaimIn, InWords, PerhapsInWords
from api.claim_views.examples import answered, refused
from api.claim_views.parts import claim_address
from api.claim_views.shown import ClaimOut, ListedOut, OpenedOut
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.errors import FieldProblem
from api.idempotent import InOnce, once
from api.openapi import ANYBODY, CHANGES_CASE, NEW_CASE, READS_CASE, problems
from api.steps import InStep
from api.versions import IfMatch, require_version, shown
from api.working import changing, looking
from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.desk import noting, offering, opening, showing, submitting, wishes
from claims.desk.cover import Cover, state_cover
from claims.desk.desk import Desk
from claims.follow_up import Feedback
from claims.repository.idempotency import Answer
from claims.states import PublicState, Role
from model.errors import ClaimError
from model.notes import Note
from model.texts import Texts

router = APIRouter(prefix="/v1/claims", tags=["claims"], route_class=DocumentRoute)

STRANGER: Final = Actor(kind=ActorKind.CUSTOMER, id=UUID(int=0), role=Role.CUSTOMER)
"""A customer who has not reported yet."""


@router.post(
    "",
    operation_id="openClaim",
    status_code=201,
    response_model=OpenedOut,
    responses={**NEW_CASE, **answered(201, "opened"), **refused(NEW_CASE, 422, "not_taken")},
    openapi_extra=ANYBODY,
)
async def open_claim(
    asked: ClaimIn, actor: MaybeActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """Report a damage. A customer needs no token; an app's key makes the case the app's as well.

    The answer lists at once everything that is needed, and all questions that are open.
    """

    def work(desk: Desk) -> Answer:
        try:
            opened = opening.open_claim(desk, asked.notice, asked.vehicle.facts())
        except ClaimError as refused:
            raise _by_field(refused, texts) from None
        document = claim_document(as_its_customer(desk, opened.claim.id), opened.claim.id, texts)
        body = OpenedOut.of(opened, document, texts).model_dump_json()
        return Answer(status=201, headers=_made(opened.claim.id, texts), body=body)

    await service.door.admit(service.house, at)
    return (await once(key, service.house, actor or STRANGER, at, work)).response()


@router.get("", operation_id="listClaims", responses=problems(401, 403, 422, 429, 500, 503))
async def list_claims(
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    state: PublicState | None = None,
    cursor: Annotated[UUID | None, Query(description="goes on after a page; see the header `Link`")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ListedOut]:
    """Cases from the newest on: an app's own, a customer's one, all for staff. `Link` leads to the next page."""
    look = partial(showing.listed, state=state, before=cursor, limit=limit)
    page = await looking(service.house, actor, at, look)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    if page.after is not None:
        wanted = f"&state={state}" if state else ""
        response.headers["Link"] = f'</v1/claims?cursor={page.after}&limit={limit}{wanted}>; rel="next"'
    return [ListedOut.of(one, texts) for one in page.cases]


@router.get(
    "/{claim_id}",
    operation_id="getClaim",
    response_model=ClaimOut,
    responses={**READS_CASE, **answered(200, "shown"), **refused(READS_CASE, 404, "not_found")},
)
async def get_claim(
    claim_id: UUID, request: Request, actor: CurrentActor, service: InService, texts: InTexts, at: Now
) -> Response:
    """The case as the caller may see it, with the next step, every promise and every line explained."""
    document = await looking(service.house, actor, at, partial(claim_document, claim_id=claim_id, texts=texts))
    answer = shown(request, document.model_dump_json().encode(), document.version, texts.language)
    if answer.status_code == 200 and document.inside is not None and document.notice and not document.notice.masked:
        await changing(service.house, actor, at, partial(noting.note_seen, claim_id=claim_id))
    return answer


@router.post("/{claim_id}/submit", operation_id="submitMaterials", response_model=ClaimOut, responses=CHANGES_CASE)
async def submit(step: InStep) -> Response:
    """Hand in what is there: the insurer's time begins, or goes on, and the machine looks at it.

    What is still missing is listed. `assess` need not be asked for besides.
    """
    return await step.taken(submitting.submit)


@router.post(
    "/{claim_id}/accept",
    operation_id="acceptOffer",
    response_model=ClaimOut,
    responses={**CHANGES_CASE, **answered(200, "accepted"), **refused(CHANGES_CASE, 409, "offer_over")},
)
async def accept(asked: Acceptance, step: InStep) -> Response:
    """The customer's yes to the offer that they saw. Payment begins as soon as every document is there."""
    do = partial(offering.accept, offer_id=asked.offer, signature=asked.signature)
    return await step.taken(do)


@router.post("/{claim_id}/renew-offer", operation_id="renewOffer", response_model=ClaimOut, responses=CHANGES_CASE)
async def renew_offer(step: InStep) -> Response:
    """A new offer once the last one has run out: an adjuster looks whether the amount still holds."""
    return await step.taken(offering.renew)


@router.post("/{claim_id}/contest", operation_id="contest", response_model=ClaimOut, responses=CHANGES_CASE)
async def contest(asked: InWords, step: InStep) -> Response:
    """The customer sees it otherwise: somebody with more authority looks at the case anew."""
    do = partial(wishes.contest, words=asked.words)
    return await step.taken(do)


@router.post(
    "/{claim_id}/refuse-automation", operation_id="refuseAutomation", response_model=ClaimOut, responses=CHANGES_CASE
)
async def refuse_automation(step: InStep) -> Response:
    """A person decides, whatever the machine has said or will say."""
    return await step.taken(wishes.refuse_automation)


@router.post("/{claim_id}/withdraw", operation_id="withdraw", response_model=ClaimOut, responses=CHANGES_CASE)
async def withdraw(step: InStep, asked: PerhapsInWords | None = None) -> Response:
    """The customer wants nothing any more. Not once money is on its way."""
    do = partial(wishes.withdraw, words=None if asked is None else asked.words)
    return await step.taken(do)


@router.post("/{claim_id}/reopen", operation_id="reopen", response_model=ClaimOut, responses=CHANGES_CASE)
async def reopen(asked: InWords, step: InStep) -> Response:
    """Something that nobody could see before: a closed case is looked at again."""
    do = partial(wishes.reopen, words=asked.words)
    return await step.taken(do)


@router.post("/{claim_id}/complaints", operation_id="complain", response_model=ClaimOut, responses=CHANGES_CASE)
async def complain(asked: InWords, step: InStep) -> Response:
    """A complaint has clocks of its own; the case stays where it is."""
    do = partial(wishes.complain, words=asked.words)
    return await step.taken(do)


@router.post("/{claim_id}/feedback", operation_id="giveFeedback", response_model=ClaimOut, responses=CHANGES_CASE)
async def feedback(asked: Feedback, step: InStep) -> Response:
    """From 1 to 5 on convenience, communication and the fairness of the amount; once for each case."""
    do = partial(wishes.judge, said=asked)
    return await step.taken(do)


@router.put("/{claim_id}/cover", operation_id="stateCover", response_model=ClaimOut, responses=CHANGES_CASE)
async def put_cover(
    claim_id: UUID,
    asked: Cover,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    if_match: IfMatch = None,
) -> Response:
    """What the policy's register says; from staff, and from an app whose word on cover counts. The rest stays."""

    def work(desk: Desk) -> Answer:
        require_version(desk, claim_id, Action.STATE_COVER, if_match)
        state_cover(desk, claim_id, asked)
        return told(desk, claim_id, texts)

    return await plain(service.house, actor, at, work)


def _made(claim_id: UUID, texts: Texts) -> dict[str, str]:
    return {"Location": claim_address(claim_id), "Content-Language": texts.language}


def _by_field(refused: ClaimError, texts: Texts) -> ClaimError:
    """What cannot be taken of a notice, as problems of its fields."""
    faults = refused.facts.get("faults")
    told_of = [item for item in faults if isinstance(item, Note)] if isinstance(faults, tuple) else []
    problems_of = tuple(
        FieldProblem(field="body.notice.happened_at", code=item.code.partition(".")[2], detail=texts.say(item))
        for item in told_of
    )
    return ClaimError("notice_refused", errors=problems_of)
