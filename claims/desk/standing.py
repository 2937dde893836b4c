"""What is there of what a case needs."""

from dataclasses import dataclass
from typing import Final

from claims.desk.desk import Desk
from claims.materials import Material, Needs
from claims.repository import assessments, materials, timeline
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.states import CaseState
from model.notes import Note

SHOTS: Final = frozenset(material for material in Material if material.startswith("shot_"))
"""Photos of the case that serve as one of the shots of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``missing`` is the whole list of what is still to come, with what a person asked for beyond what such cases need;
    ``complete``: nothing that is surely needed is missing."""

    there: frozenset[Material]
    missing: tuple[Note, ...]
    complete: bool


def standing(desk: Desk, claim: Claim) -> Standing:
    """Of a case as it is now."""
    there = materials.there(desk.book, claim.id)
    return standing_with(desk, claim, there, assessments.last_of(desk.book, claim.id))


def standing_with(desk: Desk, claim: Claim, there: frozenset[Material], made: Made | None) -> Standing:
    """The same, where what is ``there`` and the last assessment are known."""
    needs, rules = needs_of(claim, made), desk.house.materials
    missing, asked = rules.missing(needs, there), _asked_for(desk, claim, there)
    return Standing(
        there=there,
        missing=(
            *(item for item in missing if item.facts.get("item") not in asked),
            *(item for item in asked if item not in missing),
        ),
        complete=not asked and rules.complete(needs, there),
    )


def needs_of(claim: Claim, made: Made | None) -> Needs:
    """What decides the list; the decision's part is known once the machine has looked, and has ``made`` something."""
    decision = made.estimate.told["decision"] if made else {}
    return Needs(facts=claim.facts, photo_only=decision.get("photo_only"), police_report=decision.get("police_report"))


def _asked_for(desk: Desk, claim: Claim, there: frozenset[Material]) -> tuple[Note, ...]:
    """What a person asked for and the case waits for, surely needed because they said so."""
    if claim.state is not CaseState.MATERIALS_INCOMPLETE:
        return ()
    step = timeline.last_of(desk.book, claim.id, "ask_materials")
    wanted = step.reason.facts.get("wanted", ()) if step and step.reason else ()
    known = {f"material.{material}": material for material in Material}
    return tuple(
        item
        for item in (wanted if isinstance(wanted, tuple) else ())
        if isinstance(item, Note) and item.code in known and known[item.code] not in there
    )
