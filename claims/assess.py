"""The one pipeline: photos and facts in, an assessment out. Command line, HTTP, workers and batch all call this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from claims.facts import CaseFacts
from claims.observe import Eyes, Observation, PhotoSource, Progress, observe
from claims.rulebook import Rulebook
from claims.situation import PhotoFacts, Situation
from claims.triage import Decision, decide
from inference.consolidate import PhotoEvidence, consolidate
from inference.fingerprint import near_duplicate
from inference.quality import Subject
from model.findings import Damage
from model.notes import Note, note
from parts_pricing.estimate import Estimate, estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that a person may ask about a case: what was seen, what it costs, who decides, by which versions."""

    observations: tuple[Observation, ...]
    damages: tuple[Damage, ...]
    dropped: tuple[Note, ...]
    estimate: Estimate
    decision: Decision
    versions: dict[str, str]

    @property
    def usable(self) -> bool:
        """False when no photo of the case could be used."""
        return any(item.usable for item in self.observations)


def assess(
    sources: Sequence[PhotoSource],
    facts: CaseFacts,
    eyes: Eyes,
    *,
    on: date,
    progress: Progress | None = None,
) -> Assessment:
    """Assess one case on a day. An unknown region, class or shop raises ``UsageError`` before any photo is opened."""
    eyes.rulebook.check(facts)
    observations = observe(sources, eyes, progress)
    return conclude(observations, facts, eyes.rulebook, model_version=eyes.version, on=on)


def conclude(
    observations: Sequence[Observation], facts: CaseFacts, rulebook: Rulebook, *, model_version: str, on: date
) -> Assessment:
    """The second half of the pipeline: observations become damages, an estimate and a decision. Pure, milliseconds."""
    found = consolidate(_evidence(observations), rulebook.consolidate, rulebook.surface_dm2)
    priced = estimate(
        found.damages,
        vehicle=rulebook.vehicle(facts),
        catalogue=rulebook.catalogue,
        rates=rulebook.rates,
        rules=rulebook.repair,
        profile=rulebook.profile(facts),
        on=on,
        deductible=facts.deductible,
        salvage=facts.salvage,
    )
    situation = Situation(
        facts=facts, photos=_photo_facts(observations, facts), damages=found.damages, estimate=priced, on=on
    )
    return Assessment(
        observations=tuple(observations),
        damages=found.damages,
        dropped=_dropped(observations) + found.dropped,
        estimate=priced,
        decision=decide(situation, rulebook.policy),
        versions={"model": model_version, **rulebook.versions},
    )


def _evidence(observations: Sequence[Observation]) -> list[PhotoEvidence]:
    """Photos without a car never speak of damage."""
    return [
        PhotoEvidence(
            index=seen.index,
            sha256=seen.sha256,
            width=seen.width,
            height=seen.height,
            detections=seen.detections,
            named=seen.quality.sure,
        )
        for seen in observations
        if seen.usable and seen.quality and seen.sha256 and seen.width and seen.height and seen.detections is not None
    ]


def _dropped(observations: Sequence[Observation]) -> tuple[Note, ...]:
    return tuple(
        note("dropped.no_car", photo=seen.index + 1)
        for seen in observations
        if seen.quality and seen.quality.subject is Subject.NO_CAR
    )


def _photo_facts(observations: Sequence[Observation], facts: CaseFacts) -> tuple[PhotoFacts, ...]:
    views: list[Observation] = []
    return tuple(
        PhotoFacts(
            index=seen.index,
            usable=seen.usable,
            readable=seen.rejection is None,
            view=_view(seen, views),
            taken_at=seen.taken_at,
            software=seen.software,
            seen_in_claim=_seen_in_claim(seen, facts),
        )
        for seen in observations
    )


def _view(seen: Observation, views: list[Observation]) -> str:
    """The hash of the first photo of which this one is a near-copy; its own if there is none."""
    for other in views:
        if seen.sha256 == other.sha256 or _near(seen, other.phashes[:1]):
            return other.sha256 or ""
    views.append(seen)
    return seen.sha256 or f"unreadable-{seen.index}"


def _seen_in_claim(seen: Observation, facts: CaseFacts) -> str | None:
    for other in facts.seen_photos:
        if seen.sha256 == other.sha256 or _near(seen, (int(other.phash, 16),) if other.phash else ()):
            return other.claim
    return None


def _near(seen: Observation, others: Sequence[int]) -> bool:
    """True for a re-encoded, resized, turned or mirrored copy."""
    return any(near_duplicate(one, other) for one in seen.phashes for other in others)
