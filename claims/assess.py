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
from inference.rules import ConsolidateRules
from inference.same_picture import Pictures
from model.findings import Damage
from model.notes import Note, note
from parts_pricing.estimate import Estimate, estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the photos of a case show together. ``views``: one name per photo, shared by near-copies (see ``views``)."""

    damages: tuple[Damage, ...]
    dropped: tuple[Note, ...]
    views: tuple[str, ...]


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


def find(observations: Sequence[Observation], rules: ConsolidateRules) -> Found:
    """What the photos show together. Pure; it depends on no fact, price or policy, and may be kept."""
    found = consolidate(_evidence(observations), rules)
    return Found(
        damages=found.damages,
        dropped=_dropped(observations) + found.dropped,
        views=tuple(views(observations, found.damages)),
    )


def conclude(
    observations: Sequence[Observation],
    facts: CaseFacts,
    rulebook: Rulebook,
    *,
    model_version: str,
    on: date,
    priced_on: date | None = None,
    found: Found | None = None,
) -> Assessment:
    """The second half of the pipeline: observations become damages, an estimate and a decision. Pure, milliseconds.

    ``priced_on``: the day whose prices hold, by default ``on``. ``found``: what ``find`` made of these observations by
    these rules, where it is known.
    """
    found = found or find(observations, rulebook.consolidate)
    situation = situate(observations, facts, rulebook, on=on, priced_on=priced_on, found=found)
    return Assessment(
        observations=tuple(observations),
        damages=found.damages,
        dropped=found.dropped,
        estimate=situation.estimate,
        decision=decide(situation, rulebook.policy),
        versions={"model": model_version, **rulebook.versions},
    )


def situate(
    observations: Sequence[Observation],
    facts: CaseFacts,
    rulebook: Rulebook,
    *,
    on: date,
    priced_on: date | None = None,
    found: Found,
) -> Situation:
    """The case priced, and all else that a policy asks: what was found is priced once, however often it is decided."""
    return Situation(
        facts=facts,
        photos=_photo_facts(observations, found.views, facts),
        damages=found.damages,
        estimate=estimate(
            [damage for damage in found.damages if not damage.doubtful],  # these come first: indices hold
            vehicle=rulebook.vehicle(facts),
            catalogue=rulebook.catalogue,
            rates=rulebook.rates,
            rules=rulebook.repair,
            profile=rulebook.profile(facts),
            on=priced_on or on,
            deductible=facts.deductible,
            salvage=facts.salvage,
        ),
        on=on,
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


def _photo_facts(observations: Sequence[Observation], names: Sequence[str], facts: CaseFacts) -> tuple[PhotoFacts, ...]:
    return tuple(
        PhotoFacts(
            index=seen.index,
            usable=seen.usable,
            readable=seen.rejection is None,
            view=view,
            taken_at=seen.taken_at,
            software=seen.software,
            seen_in_claim=_seen_in_claim(seen, facts),
        )
        for seen, view in zip(observations, names, strict=True)
    )


def views(observations: Sequence[Observation], damages: Sequence[Damage] = ()) -> list[str]:
    """One name per photo; photos joined by a chain of near-copies share the smallest name among them.

    The name is the perceptual hash, so that a byte added to the file does not make another view, nor another draw of
    the audit sample.

    The photos of one damage are laid on each other besides: if all are copies of the first, cropped, turned or warped,
    they are one view.
    """
    names = [_view_name(seen) for seen in observations]
    pairs = [
        (one, other)
        for one, seen in enumerate(observations)
        for other in range(one)
        if names[one] == names[other] or _near(seen, observations[other].phashes[:1])
    ]
    _join(names, pairs)
    pictures = Pictures([seen.grey for seen in observations])
    for damage in damages:
        _join(names, _copies(pictures, names, sorted(damage.photos, key=lambda index: names[index])))
    return names


def _view_name(seen: Observation) -> str:
    if seen.phashes:
        return f"{seen.phashes[0]:016x}"
    return seen.sha256 or f"unreadable-{seen.index}"


def _join(names: list[str], pairs: Sequence[tuple[int, int]]) -> None:
    """Until no pair has two names."""
    while differing := [pair for pair in pairs if names[pair[0]] != names[pair[1]]]:
        for one, other in differing:
            names[one] = names[other] = min(names[one], names[other])


def _copies(pictures: Pictures, names: Sequence[str], photos: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of the first photo with all others, if each of them is a copy of it; else none: there are two views."""
    first, *others = photos
    if all(names[index] == names[first] or pictures.same(first, index) for index in others):
        return [(first, index) for index in others]
    return []


def _seen_in_claim(seen: Observation, facts: CaseFacts) -> str | None:
    for other in facts.seen_photos:
        if seen.sha256 == other.sha256 or _near(seen, (int(other.phash, 16),) if other.phash else ()):
            return other.claim
    return None


def _near(seen: Observation, others: Sequence[int]) -> bool:
    """True for a re-encoded, resized, turned or mirrored copy."""
    return any(near_duplicate(one, other) for one in seen.phashes for other in others)
