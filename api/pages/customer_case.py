"""A case as its customer's page shows it: which part of the way it is on, what was found, what they can do now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from api.claim_views.explained import WhyOut, explanation
from api.claim_views.parts import MissingOut
from api.claim_views.shown import ClaimOut
from api.pages.customer_asked import asked_for, wishes
from api.pages.customer_lines import MarkedPhoto, ShownLine, lines_of, marked
from api.report.words import Words
from api.versions import etag
from claims.actions import Action
from claims.desk import showing
from claims.desk.desk import Desk
from claims.desk.showing import Shown
from claims.discretion import discreet_state
from claims.repository import follow_ups
from claims.states import CaseState, PublicState
from model.errors import ReviewError
from model.texts import Texts


class Stage(StrEnum):
    """What the page is mainly for."""

    PHOTOS = "photos"
    WAIT = "wait"
    PERSON = "person"
    OFFER = "offer"
    PAYING = "paying"
    OVER = "over"


_STAGES: Final[Mapping[CaseState, Stage]] = MappingProxyType(
    {
        CaseState.REPORTED: Stage.PHOTOS,
        CaseState.MATERIALS_INCOMPLETE: Stage.PHOTOS,
        CaseState.MORE_PHOTOS: Stage.PHOTOS,
        CaseState.MATERIALS_SUBMITTED: Stage.WAIT,
        CaseState.ASSESSING: Stage.WAIT,
        CaseState.AUTO_ASSESSED: Stage.WAIT,
        CaseState.ASSESSED: Stage.OFFER,
        CaseState.CONFIRMED: Stage.PAYING,
        CaseState.PENDING_PAYMENT: Stage.PAYING,
        CaseState.CLOSED: Stage.OVER,
        CaseState.WITHDRAWN: Stage.OVER,
        CaseState.DECLINED_MANUAL: Stage.OVER,
    }
)
_LOOK_S: Final[Mapping[Stage, int]] = MappingProxyType(
    {Stage.WAIT: 2, Stage.PERSON: 20, Stage.OFFER: 30, Stage.PAYING: 30}
)
"""Seconds after which a page asks whether something is new; 0 where nothing comes by itself."""
_REPORTED: Final = "reported"
_SHOT: Final = "shot_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """``tag`` is the ``ETag`` that the API gives to the same document. ``wishes`` are photos that were asked for,
    with ``wished`` what the person wrote who asked; ``ready``: there are photos to look at; ``person``: one can be
    asked for. ``why`` is None before there is an estimate; ``signed`` is the name under an accepted offer. ``at`` is
    now, ``zone`` is the market's.
    """

    claim: ClaimOut
    state: CaseState
    stage: Stage
    tag: str
    why: WhyOut | None
    lines: tuple[ShownLine, ...]
    photos: tuple[MarkedPhoto, ...]
    wishes: tuple[str, ...]
    wished: str | None
    ready: bool
    person: bool
    judged: bool
    signed: str | None = field(repr=False)
    at: datetime
    zone: ZoneInfo
    words: Words

    @property
    def look_s(self) -> int:
        """How soon the page looks again."""
        return _LOOK_S.get(self.stage, 0)

    @property
    def shots(self) -> list[MissingOut]:
        """Photos of the list that are still to come."""
        return [item for item in self.claim.missing if item.material.startswith(_SHOT)]

    @property
    def documents(self) -> list[MissingOut]:
        """Documents that are still to come, those that are surely needed first."""
        found = [item for item in self.claim.missing if not item.material.startswith(_SHOT)]
        return sorted(found, key=lambda item: not item.needed)

    @property
    def marked(self) -> list[MarkedPhoto]:
        """Photos on which a line is seen."""
        return [item for item in self.photos if item.marks]

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The four states that customers see, each ``done``, ``now`` or ``later``; the first is ``reported`` before
        anything was handed in."""
        order = list(PublicState)
        now = order.index(self.claim.state.code)
        names = [_REPORTED if self.state is CaseState.REPORTED else order[0].value, *(one.value for one in order[1:])]
        return [(name, "done" if at < now else "now" if at == now else "later") for at, name in enumerate(names)]

    def may(self, action: str) -> bool:
        """Whether the customer may do this now."""
        return action in self.claim.actions


def case_page(desk: Desk, claim_id: UUID, texts: Texts) -> CasePage:
    """The case for its customer. Raises ``RightsError`` as ``showing.show``."""
    shown = showing.show(desk, claim_id)
    claim = ClaimOut.of(shown, desk.house.lifecycle, texts)
    why = _why(desk, claim_id, texts) if claim.assessment else None
    words = Words(texts, why.currency if why else "")
    lines = lines_of(why.lines, claim.assessment, words) if why and claim.assessment else ()
    state = discreet_state(shown.claim.state)
    asked = asked_for(shown)
    return CasePage(
        claim=claim,
        state=state,
        stage=Stage.PHOTOS if Action.ASSESS in shown.can else _STAGES.get(state, Stage.PERSON),
        tag=etag(claim.version, claim.model_dump_json().encode()),
        why=why,
        lines=lines,
        photos=marked(claim.photos, why.lines if why else (), lines),
        wishes=wishes(asked, claim, texts) if asked else (),
        wished=asked.reason_text if asked else None,
        ready=_ready(shown),
        person=_may_ask_for_a_person(shown),
        signed=shown.offer.signature if shown.offer else None,
        judged=follow_ups.feedback_of(desk.book, claim_id) is not None,
        at=desk.at,
        zone=shown.zone,
        words=words,
    )


def _why(desk: Desk, claim_id: UUID, texts: Texts) -> WhyOut | None:
    """None also where lines that a person changed cannot be told again: the amount that was offered still stands."""
    try:
        return explanation(desk, claim_id, texts).why
    except ReviewError:
        return None


def _ready(shown: Shown) -> bool:
    """Where more photos were asked for, one of those before does not count."""
    asked = shown.claim.state is CaseState.MORE_PHOTOS
    return any(not asked or (one.usable and one.added_at >= shown.claim.state_since) for one in shown.photos)


def _may_ask_for_a_person(shown: Shown) -> bool:
    """Not twice, and not where a person decided."""
    by_person = shown.offer is not None and not shown.offer.machine
    return Action.REFUSE_AUTOMATION in shown.can and not shown.claim.facts.automation_refused and not by_person
