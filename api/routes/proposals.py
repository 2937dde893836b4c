"""``/v1/proposals``: price tables and policies are proposed by one person and decided by another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.documents import Document, DocumentRoute
from api.errors import FieldProblem, field_problems
from api.idempotent import InKeyed, InOnce, once
from api.openapi import problems
from api.raw_body import read_body
from api.reloading import reload
from api.review_views.asked import InOwnWords
from api.upload import UploadLimits
from api.working import looking
from claims.desk import proposing
from claims.desk.desk import Desk
from claims.repository.idempotency import Answer
from claims.repository.proposals import Listed, Proposal
from claims.tables.words import ProposalKind, ProposalState
from model.errors import PriceTableError, QuickClaimError, RequestError, RulesError
from model.notes import Note
from model.texts import Texts
from parts_pricing.table import BadCell

router = APIRouter(prefix="/v1/proposals", tags=["proposals"])
decisions = APIRouter(prefix="/v1/proposals/{proposal_id}", tags=["proposals"], route_class=DocumentRoute)

_MOST: Final = 4 * 1024 * 1024
_LIMITS: Final = UploadLimits(photos=1, photo_bytes=_MOST, request_bytes=_MOST)
_READS = problems(401, 403, 404, 422, 429, 500, 503)
_CHANGES = problems(400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 500, 503)


class ProposalIn(Document):
    """A price or labour-rate table as CSV, or a policy as YAML. `name` is what a table's version begins with."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={"examples": [{"kind": "prices", "name": "2026-12", "content": "region,part,…\n"}]},
    )

    kind: Literal[ProposalKind.PRICES, ProposalKind.POLICY]
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,40}$")] = "table"
    content: Annotated[str, StringConstraints(min_length=1, max_length=_MOST)] = Field(repr=False)


class ProposalOut(BaseModel):
    """A proposal. `name` is the version that estimates will cite; `content` is told where one is asked for."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: ProposalKind
    state: ProposalState
    name: str
    content_sha256: str
    proposed_at: datetime
    proposer: UUID
    decided_at: datetime | None
    decider: UUID | None
    reason: str | None
    content: str | None

    @classmethod
    def of(cls, one: Proposal | Listed, content: str | None = None) -> Self:
        """With the content where it is told."""
        own = {name: getattr(one, name) for name in cls.model_fields if name != "content"}
        return cls(content=content, **own)


_BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": ProposalIn.model_json_schema()}}}
}


@router.post(
    "",
    operation_id="propose",
    status_code=201,
    response_model=ProposalOut,
    responses=_CHANGES,
    openapi_extra=_BODY,
)
async def propose(
    request: Request, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InKeyed
) -> Response:
    """Propose a table or a policy. It is checked at once, together with everything that is in force."""
    with service.uploads.share() as share:
        content = await read_body(request, _LIMITS, share)
    asked = _asked(content, texts)

    def work(desk: Desk) -> Answer:
        with _listed_faults(texts):
            made = proposing.propose(desk, asked.kind, asked.content, asked.name)
        headers = {"Location": f"/v1/proposals/{made.id}"}
        return Answer(status=201, headers=headers, body=ProposalOut.of(made).model_dump_json())

    return (await once(key.of(request, content), service.house, actor, at, work)).response()


@router.get("", operation_id="listProposals", responses=_READS)
async def list_proposals(
    actor: CurrentActor,
    service: InService,
    at: Now,
    response: Response,
    state: Annotated[
        list[ProposalState], Query(max_length=len(ProposalState), description="repeated for more than one")
    ] = [ProposalState.WAITING],  # noqa: B006 - the framework copies it
    cursor: Annotated[UUID | None, Query(description="goes on after a page; see the header `Link`")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[ProposalOut]:
    """Proposals in some states, the oldest first; those that nobody has decided where no state is named.

    `Link` leads to the next page.
    """
    look = partial(proposing.listed, states=state, after=cursor, limit=limit + 1)
    found = await looking(service.house, actor, at, look)
    response.headers["Cache-Control"] = "no-store"
    if len(found) > limit:
        wanted = "".join(f"&state={one}" for one in state)
        after = found[limit - 1].id
        response.headers["Link"] = f'</v1/proposals?limit={limit}&cursor={after}{wanted}>; rel="next"'
    return [ProposalOut.of(one) for one in found[:limit]]


@decisions.get("", operation_id="getProposal", responses=_READS)
async def get_proposal(
    proposal_id: UUID, actor: CurrentActor, service: InService, at: Now, response: Response
) -> ProposalOut:
    """One with its content, decided or not."""
    response.headers["Cache-Control"] = "no-store"
    found = await looking(service.house, actor, at, partial(proposing.one, proposal_id=proposal_id))
    return ProposalOut.of(found, found.content)


@decisions.post("/approve", operation_id="approveProposal", response_model=ProposalOut, responses=_CHANGES)
async def approve(
    proposal_id: UUID,
    request: Request,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
) -> Response:
    """It is in force from now on. Never by who proposed it."""
    do = _decided(partial(proposing.approve, proposal_id=proposal_id))

    def work(desk: Desk) -> Answer:
        with _listed_faults(texts):
            return do(desk)

    answer = (await once(key, service.house, actor, at, work)).response()
    await reload(request.app)
    return answer


@decisions.post("/refuse", operation_id="refuseProposal", response_model=ProposalOut, responses=_CHANGES)
async def refuse(
    proposal_id: UUID, asked: InOwnWords, actor: CurrentActor, service: InService, at: Now, key: InOnce
) -> Response:
    """It is not taken, and why. Never by who proposed it."""
    work = _decided(partial(proposing.refuse, proposal_id=proposal_id, words=asked.words))
    return (await once(key, service.house, actor, at, work)).response()


@decisions.post("/take-back", operation_id="takeBackProposal", response_model=ProposalOut, responses=_CHANGES)
async def take_back(proposal_id: UUID, actor: CurrentActor, service: InService, at: Now, key: InOnce) -> Response:
    """Whoever proposed it no longer does."""
    work = _decided(partial(proposing.take_back, proposal_id=proposal_id))
    return (await once(key, service.house, actor, at, work)).response()


def _asked(content: bytes, texts: Texts) -> ProposalIn:
    try:
        return ProposalIn.model_validate_json(content)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise RequestError("invalid", errors=field_problems(faults, texts)) from None


@contextmanager
def _listed_faults(texts: Texts) -> Iterator[None]:
    """What is wrong with a table or policy becomes a problem that lists it."""
    try:
        yield
    except (PriceTableError, RulesError) as refused:
        raise RequestError("content_refused", errors=tuple(_wrong(refused, texts))) from None


def _wrong(refused: QuickClaimError, texts: Texts) -> Iterator[FieldProblem]:
    """Every cell of a table by its line and column; else the sentence, or the places, of the error."""
    cells = refused.facts.get("cells")
    bad = [cell for cell in cells if isinstance(cell, BadCell)] if isinstance(cells, tuple) else []
    for cell in bad[:100]:
        place = f"content.{cell.line}.{cell.column}"
        yield FieldProblem(field=place, code=cell.reason.code, detail=texts.say(cell.reason))
    if not bad:
        said = texts.say(Note(refused.code, refused.facts)) if refused.code in texts.sentences else refused.detail
        yield FieldProblem(field="content", code=refused.code, detail=said)


def _decided(do: Callable[[Desk], Proposal]) -> Callable[[Desk], Answer]:
    def work(desk: Desk) -> Answer:
        return Answer(status=200, headers={}, body=ProposalOut.of(do(desk)).model_dump_json())

    return work
