"""A case of 200 lines and 40 photos, as no network would make one: its assessment is put into the database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from desks import customer
from drawn_cars import HEIGHT, WIDTH, scratches
from sites import Case
from staged import Stage

from claims.actions import Action
from claims.assess import Assessment, conclude
from claims.desk import assessing, suspicions
from claims.desk.assessing import Concluded
from claims.desk.house import House
from claims.desk.looking import observations_of
from claims.facts import CaseFacts
from claims.observe import Observation
from claims.replay import StoredEstimate
from claims.repository import jobs, photos
from claims.situation import Situation
from claims.triage import decide
from model.findings import Damage, Evidence
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import estimate

PHOTOS, LINES = 40, 200
_HOUR = timedelta(hours=1)


def huge_case(stage: Stage) -> Case:
    """In front of a person: every part of a car, and many scratches of which nobody knows where they are."""
    drawn = stage.known(*(scratches(stage.seed()) for _ in range(PHOTOS)))
    case = stage.case(covered=False)
    for start in range(0, PHOTOS, 10):
        assert case.send(*drawn[start : start + 10]).status_code == 201
    _take_down(stage.site.house, UUID(case.id), stage)
    return case


def _take_down(house: House, claim_id: UUID, stage: Stage) -> None:
    """As ``claims.desk.assessing.carry_out`` does, with an assessment of ours."""
    at = stage.site.clock()
    with house.desk(customer(at, claim_id), at) as desk:
        asked = assessing.ask(desk, claim_id)
        job = jobs.begin(desk.book, asked.job.id, "tests", at=at, lease=_HOUR)
        assert job is not None
        digests = tuple(photo.sha256 for photo in photos.of_claim(desk.book, claim_id))
    seen = observations_of(house, digests, at=at)
    system = assessing.system_of(job)
    with house.looking(system, at) as desk:
        claim = desk.seen(claim_id, Action.READ_CLAIM)
        around = suspicions.surroundings(desk, claim, seen)
        facts = suspicions.known_facts(desk, claim, around)
    on = at.astimezone(ZoneInfo(house.rulebook.policy.market(claim.region).timezone)).date()
    assessment = _assessment(house, seen, facts, on)
    concluded = Concluded(assessment, facts, around, StoredEstimate.of(assessment, facts, on=on))
    with house.desk(system, at) as desk:
        assessing.take_down(desk, claim_id, concluded)
        jobs.done(desk.book, job, at=at)


def _assessment(house: House, seen: tuple[Observation, ...], facts: CaseFacts, on: date) -> Assessment:
    rules = house.rulebook
    usual = conclude(seen, facts, rules, model_version=house.eyes.version, on=on)
    damages = tuple(islice(_damages(), LINES))
    priced = estimate(
        damages,
        vehicle=rules.vehicle(facts),
        catalogue=rules.catalogue,
        rates=rules.rates,
        rules=rules.repair,
        profile=rules.profile(facts),
        on=on,
    )
    situation = Situation(facts=facts, photos=(), damages=damages, estimate=priced, on=on)
    return replace(usual, damages=damages, estimate=priced, decision=decide(situation, rules.policy))


def _damages() -> Iterator[Damage]:
    rng = np.random.default_rng(200)
    kinds = cycle((DamageKind.SCRATCH, DamageKind.DENT, DamageKind.SCRATCH, DamageKind.BROKEN))
    severities = cycle((Severity.MINOR, Severity.MODERATE, Severity.SEVERE))
    places = [(part, side) for part in Part for side in ((Side.LEFT, Side.RIGHT) if part.sided else (Side.NONE,))]
    places += [(None, Side.UNKNOWN)] * LINES
    for number, (part, side) in enumerate(places):
        x, y = int(rng.integers(0, WIDTH - 220)), int(rng.integers(0, HEIGHT - 120))
        box = (float(x), float(y), float(x + 60 + number % 150), float(y + 40 + number % 70))
        yield Damage(
            part=part,
            side=side,
            kind=next(kinds) if part else DamageKind.SCRATCH,
            severity=next(severities),
            confidence=round(0.95 - 0.002 * number, 3),
            evidence=(Evidence(photo=number % PHOTOS, box=box, score=0.9, label="scratch"),),
            area_cm2=float(20 + number),
        )
