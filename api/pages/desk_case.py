"""``/desk/claims/{id}``: one case on one screen, in full for who may work on it, masked for others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.answers import claim_document
from api.claim_views.personal import NoticeOut
from api.claim_views.shown import ClaimOut
from api.deps import InService, Now
from api.documents import never_kept
from api.pages.desk_choices import Choices
from api.pages.desk_frame import desk_page, left, refused, to_sign_in, zone_of
from api.pages.desk_lines import for_scripts, rows_of
from api.pages.desk_may import May, may_of
from api.pages.visitors import StaffMember
from api.review_views.queued import QueuedOut
from api.review_views.review import ReviewOut
from api.staff_texts import StaffTexts
from api.working import changing, looking
from claims.actions import Action
from claims.cover_doubt import CoverDoubt
from claims.desk import noting, showing
from claims.desk.colleagues import names_of
from claims.desk.desk import Desk
from claims.desk.queue import in_line
from claims.desk.similar import similar
from claims.desk.table import OnTable, on_table
from claims.repository.similar import SettledLine
from claims.states import Owner
from model.errors import QuickClaimError, RequestError
from model.texts import Texts
from model.vocabulary import Part
from parts_pricing.operations import Operation

_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})

router = APIRouter(prefix="/desk/claims/{claim_id}", include_in_schema=False, dependencies=[Depends(never_kept)])


@dataclass(frozen=True, slots=True, kw_only=True)
class OnScreen:
    """``review`` is None for who sees the case masked only, ``queued`` for who has no queue. ``notice`` is masked for
    everybody at first. ``owner`` is who has to act; ``names`` are those of colleagues by their id; ``region`` is the
    market. ``cover`` is None where nothing about it is open."""

    case: ClaimOut
    review: ReviewOut | None
    queued: QueuedOut | None
    notice: NoticeOut | None = field(repr=False)
    names: Mapping[UUID, str] = field(repr=False)
    may: May
    owner: Owner | None
    region: str
    cover: CoverDoubt | None


@router.get("")
async def case(
    claim_id: UUID, request: Request, caller: StaffMember, service: InService, texts: StaffTexts, at: Now
) -> Response:
    """The case."""
    if caller is None:
        return to_sign_in(request)
    try:
        found = await looking(service.house, caller.actor, at, partial(_on_screen, claim_id=claim_id, texts=texts))
    except QuickClaimError as error:
        return refused(error, request, texts, service, caller)
    review = found.review
    return desk_page(
        "desk/case.html.j2",
        request,
        texts,
        service,
        caller,
        found=found,
        case=found.case,
        review=review,
        rows=rows_of(review, texts) if review else [],
        told=for_scripts(review, mine=found.may.mine) if review else None,
        corrects=review is not None and Action.CORRECT_LINES in found.may.does,
        choices=Choices.of(texts),
        names=texts.name,
        zone=zone_of(service, found.region),
        left=left(found.case.inside.due_at if found.case.inside else None, at, texts),
    )


@router.get("/notice")
async def notice(
    claim_id: UUID, request: Request, caller: StaffMember, service: InService, texts: StaffTexts, at: Now
) -> Response:
    """The first notice of loss in full, for who works on the case; the log notes who saw it.

    So only they ask for it: not the link or the picture of another site.
    """
    if caller is None:
        return to_sign_in(request)
    try:
        if request.headers.get("sec-fetch-site") in _ELSEWHERE:
            raise RequestError("cross_site")
        document = await looking(
            service.house, caller.actor, at, partial(claim_document, claim_id=claim_id, texts=texts)
        )
        if document.notice and not document.notice.masked:
            await changing(service.house, caller.actor, at, partial(noting.note_seen, claim_id=claim_id))
    except QuickClaimError as error:
        return refused(error, request, texts, service, caller)
    zone = zone_of(service, document.region)
    return desk_page("desk/notice.html.j2", request, texts, service, caller, notice=document.notice, zone=zone)


@router.get("/similar")
async def like_it(
    claim_id: UUID,
    part: Part,
    operation: Operation,
    request: Request,
    caller: StaffMember,
    service: InService,
    texts: StaffTexts,
    at: Now,
) -> Response:
    """What the same work on the same part came to in earlier cases."""
    if caller is None:
        return to_sign_in(request)
    look = partial(_similar, claim_id=claim_id, part=part, operation=operation)
    try:
        found, region = await looking(service.house, caller.actor, at, look)
    except QuickClaimError as error:
        return refused(error, request, texts, service, caller)
    zone = zone_of(service, region)
    return desk_page("desk/similar.html.j2", request, texts, service, caller, lines=found, zone=zone)


def _on_screen(desk: Desk, claim_id: UUID, texts: Texts) -> OnScreen:
    claim = desk.seen(claim_id)
    queues = desk.house.rights.may(desk.actor, Action.QUEUE_READ)
    table = on_table(desk, claim_id) if queues and desk.may(Action.READ_CLAIM, claim) else None
    shown = table.shown if table else showing.show(desk, claim_id)
    queued = in_line(desk, claim) if queues else None
    lifecycle = desk.house.lifecycle
    review = ReviewOut.of(table, lifecycle, texts) if table else None
    may = may_of(desk, claim, frozenset(shown.can), table, takes=queued is not None and queued.takes)
    reported = shown.reported
    return OnScreen(
        case=review.case if review else ClaimOut.of(shown, lifecycle, texts),
        review=review,
        queued=None if queued is None else QueuedOut.of(queued, texts),
        notice=NoticeOut.of(reported.notice, reported.at, personal=False) if reported else None,
        names=names_of(desk, _seen(table, may)),
        may=may,
        owner=lifecycle.states[claim.state].owner,
        region=claim.region,
        cover=CoverDoubt.of(claim.facts),
    )


def _seen(table: OnTable | None, may: May) -> list[UUID]:
    """Colleagues that the page names."""
    lines = table.found.review.lines if table else ()
    touched = [touch.by for line in lines for touch in line.touches]
    return [*touched, *([may.other] if may.other else [])]


def _similar(desk: Desk, claim_id: UUID, part: Part, operation: Operation) -> tuple[tuple[SettledLine, ...], str]:
    return similar(desk, claim_id, part, operation), desk.seen(claim_id).region
