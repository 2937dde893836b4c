"""What is there of what a case needs."""

from dataclasses import dataclass
from typing import Final

from claims.desk.desk import Desk
from claims.materials import Material, Needs
from claims.repository import assessments, materials
from claims.repository.claims import Claim
from model.notes import Note

SHOTS: Final = frozenset(material for material in Material if material.startswith("shot_"))
"""Photos of the case that serve as one of the shots of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``missing`` is the whole list of what is still to come; ``complete``: nothing that is surely needed is."""

    there: frozenset[Material]
    missing: tuple[Note, ...]
    complete: bool


def standing(desk: Desk, claim: Claim) -> Standing:
    """Of a case as it is now."""
    there, needs, rules = materials.there(desk.book, claim.id), needs_of(desk, claim), desk.house.materials
    return Standing(there=there, missing=rules.missing(needs, there), complete=rules.complete(needs, there))


def needs_of(desk: Desk, claim: Claim) -> Needs:
    """What decides the list; the decision's part is known once the machine has looked."""
    made = assessments.of_claim(desk.book, claim.id)
    decision = made[-1].estimate.told["decision"] if made else {}
    return Needs(facts=claim.facts, photo_only=decision.get("photo_only"), police_report=decision.get("police_report"))
