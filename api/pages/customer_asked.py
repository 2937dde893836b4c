"""What a case waits for from its customer because somebody asked: which photos, in which words."""

from typing import Final

from api.claim_views.shown import ClaimOut
from claims.desk.showing import Shown
from claims.repository.timeline import Step
from claims.states import CaseState
from model.notes import Note
from model.texts import Texts

_ASKED: Final = {CaseState.MORE_PHOTOS: "ask_photos", CaseState.MATERIALS_INCOMPLETE: "ask_materials"}
"""How a case came to wait for something from its customer."""


def asked_for(shown: Shown) -> Step | None:
    """Who asked for what the case waits for."""
    move = _ASKED.get(shown.claim.state)
    return next((step for step in reversed(shown.steps) if step.move == move), None) if move else None


def _named(asked: Step) -> tuple[Note, ...]:
    """What was asked for, one by one; nothing where nobody named it."""
    named = asked.reason.facts.get("wanted") if asked.reason else None
    return tuple(item for item in named if isinstance(item, Note)) if isinstance(named, tuple | list) else ()


def wishes(asked: Step, claim: ClaimOut, texts: Texts) -> tuple[str, ...]:
    """Photos that a person named, else those that the machine did."""
    if asked.after is not CaseState.MORE_PHOTOS:
        return ()
    if named := _named(asked):
        return tuple(texts.say(item) for item in named)
    return tuple(item.text for item in claim.assessment.decision.photos_wanted) if claim.assessment else ()
