"""A stored estimate made again from its photos, by the rules and the detector of its versions; and what would move it.

Outside any transaction but to read: the network looks at every photo anew, and nothing that was kept of it is used.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.actors import Actor
from claims.desk.house import House
from claims.desk.remembering import rulebook_of
from claims.facts import CaseFacts
from claims.moved import Footing, Moved, compare
from claims.observation_bytes import looked_with
from claims.observe import Eyes, Observation, PhotoSource, observe
from claims.replay import Replay, replay
from claims.repository import assessments
from claims.repository.assessments import Made
from inference.detector import Detector, PhotoDetector
from model.errors import ClaimError, RightsError
from model.registry import list_models, model_dir, shipped_weights

_AT_HAND: Final = 2
"""Earlier detectors that stay in memory."""


def replayed(house: House, actor: Actor, claim_id: UUID, assessment_id: UUID, at: datetime) -> Replay:
    """The estimate made again, and where it differs.

    Raises ``RightsError``; ``ClaimError``: ``claim.rules_gone``, ``claim.model_gone`` with the name of what is not
    here any more; ``StorageError`` ``photo_missing`` or ``photo_altered`` for a photo that is not the one it was.
    """
    made, eyes = _as_it_was(house, actor, claim_id, assessment_id, at)
    return replay(made.estimate, eyes, _sources(house, made))


def what_moved(house: House, actor: Actor, claim_id: UUID, assessment_id: UUID, at: datetime) -> tuple[Moved, ...]:
    """What would move the amount or the route if the photos were assessed today: model, prices, rules, policy.

    On the day of the estimate, so that only versions differ. Raises as ``replayed``, and ``UsageError`` or
    ``PriceTableError`` where today's tables have no place for the case.
    """
    made, eyes = _as_it_was(house, actor, claim_id, assessment_id, at)
    photos, now = _sources(house, made), house.eyes
    before = observe(photos, eyes)
    after = before if looked_with(eyes) == looked_with(now) else observe(photos, now)
    facts = CaseFacts.from_json(made.estimate.facts)
    return compare(_footing(eyes, before), _footing(now, after), facts, on=made.estimate.on)


def _footing(eyes: Eyes, seen: Sequence[Observation]) -> Footing:
    return Footing(observations=seen, model_version=eyes.version, rulebook=eyes.rulebook)


def _as_it_was(house: House, actor: Actor, claim_id: UUID, assessment_id: UUID, at: datetime) -> tuple[Made, Eyes]:
    with house.looking(actor, at) as desk:
        claim = desk.seen(claim_id, Action.REPLAY)
        made = assessments.get(desk.book, assessment_id)
        if made is None or made.claim != claim.id:
            raise RightsError("not_found", Action.REPLAY, action=Action.REPLAY, role=actor.role)
        rulebook = rulebook_of(desk, made.estimate.versions)
    detector = _detector(house, made.estimate.versions["model"])
    return made, replace(house.eyes, detector=detector, rulebook=rulebook)


def _detector(house: House, reference: str) -> PhotoDetector:
    return house.eyes.detector if house.eyes.version == reference else _shipped(reference)


@lru_cache(_AT_HAND)
def _shipped(reference: str) -> Detector:
    """The shipped detector of a reference, in the copy that it names: 8-bit, or as it was trained."""
    root, name = shipped_weights(), reference.partition("@")[0]
    if name in list_models(root):
        for quantised in (True, False):
            found = Detector.load(model_dir(root, name), quantised=quantised)
            if found.manifest.reference == reference:
                return found
    raise ClaimError("model_gone", reference, model=reference)


def _sources(house: House, made: Made) -> list[PhotoSource]:
    """Named by their number, as whoever assessed them named them."""
    photos = enumerate(made.estimate.photos, start=1)
    return [PhotoSource(name=str(number), content=house.photos.open(digest)) for number, digest in photos]
