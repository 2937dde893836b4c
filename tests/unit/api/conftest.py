"""Cases to show: generated pictures, scripted detections, the shipped rulebook."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from claims.assess import Assessment, assess
from claims.facts import CaseFacts, Cause, VehicleFacts
from claims.observe import Eyes, PhotoSource
from claims.policy import Span
from claims.rulebook import Rulebook
from claims.triage import Authority, CaseClass, Decision, Route
from inference.images import IntakeLimits
from inference.testing import Row, ScriptedDetector
from model.notes import note
from model.vocabulary import Part, Side
from parts_pricing.estimate import Estimate, EstimateLine
from parts_pricing.labour import LabourType
from parts_pricing.operations import Operation

DAY = date(2026, 11, 22)
CLEAR = CaseFacts(
    vehicle=VehicleFacts(vehicle_class="CN2_60_150k"),
    single_party=True,
    injury=False,
    third_party_property=False,
    policy_active=True,
    plate_matches_policy=True,
    cause=Cause.SCRAPE,
    deductible=Decimal(20),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """An assessment and the photos it was made from."""

    assessment: Assessment
    sources: Sequence[PhotoSource]


def picture(seed: int = 0, size: tuple[int, int] = (800, 600), **save: object) -> bytes:
    """A JPEG of soft noise: contrast enough for the quality checks, no two seeds alike."""
    noise = np.random.default_rng(seed).integers(30, 220, (size[1] // 10, size[0] // 10, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=90, **save)
    return out.getvalue()


SCRATCHED_DOOR: Sequence[Row] = (
    ("back_left_door", 0.95, (50.0, 50.0, 750.0, 550.0)),
    ("scratch", 0.95, (300.0, 250.0, 340.0, 275.0)),
)


@pytest.fixture
def make_case(rulebook: Rulebook) -> Callable[..., Case]:
    """Assess photos given as name → (content, rows); photos without rows are shown no car."""

    def make(photos: Mapping[str, tuple[bytes, Sequence[Row]]], facts: CaseFacts = CLEAR) -> Case:
        sources = [PhotoSource(name=name, content=content) for name, (content, _) in photos.items()]
        script = {source.name: rows for source, (_, rows) in zip(sources, photos.values(), strict=True)}
        eyes = Eyes(detector=ScriptedDetector(script), limits=IntakeLimits(), rulebook=rulebook)
        return Case(assessment=assess(sources, facts, eyes, on=DAY), sources=sources)

    return make


@pytest.fixture
def door(make_case: Callable[..., Case]) -> Case:
    """Two views of a scratched door: everything for an offer is there."""
    return make_case({"one.jpg": (picture(1), SCRATCHED_DOOR), "two.jpg": (picture(2), SCRATCHED_DOOR)})


@pytest.fixture
def fixed(make_case: Callable[..., Case]) -> Case:
    """The scratched door with amounts, decision and versions that no table or rule can change."""
    case = make_case(
        {
            "one.jpg": (picture(1), SCRATCHED_DOOR),
            "two.jpg": (picture(2), SCRATCHED_DOOR),
            "broken.jpg": (b"no photo at all", ()),
        }
    )
    versions = {"model": "m 1", "prices": "p 1", "rules": "r 1", "policy": "t 1"}
    return replace(
        case,
        assessment=replace(case.assessment, estimate=_estimate(), decision=_decision(), versions=versions),
    )


@pytest.fixture
def to_verify(fixed: Case) -> Case:
    """The fixed case with a calibration that is known to cost 200 to 500, if it is needed."""
    estimate = fixed.assessment.estimate
    painted, fitted = estimate.lines
    bounded = replace(fitted, low=Decimal(200), total=Decimal(200), other=Decimal(200), high=Decimal(500))
    return replace(fixed, assessment=replace(fixed.assessment, estimate=_with(estimate, painted, bounded)))


def _with(estimate: Estimate, *lines: EstimateLine) -> Estimate:
    total = sum((line.total for line in lines), Decimal(0))
    unpriced = tuple(line for line in lines if not line.priced)
    return replace(estimate, lines=lines, unpriced=unpriced, total=total)


def _estimate() -> Estimate:
    painted = _line(Part.REAR_DOOR, Side.LEFT, Operation.REFINISH, paint="1234.50", damages=(0,))
    fitted = _line(Part.REAR_DOOR, Side.LEFT, Operation.CALIBRATION, priced=False, damages=(0,))
    return Estimate(
        currency="CNY",
        lines=(painted, fitted),
        total=painted.total,
        low=Decimal("1000.00"),
        high=Decimal("2000.00"),
        tax=Decimal(0),
        deductible=Decimal("500.00"),
        salvage=Decimal(0),
        betterment=Decimal(0),
        net=Decimal("854.50"),
        unpriced=(fitted,),
        flags=frozenset(),
        notes=(note("pricing.estimate.hidden"), note("pricing.estimate.at_least")),
    )


def _line(
    part: Part,
    side: Side,
    operation: Operation,
    *,
    paint: str = "0",
    priced: bool = True,
    damages: tuple[int, ...] = (),
) -> EstimateLine:
    labour = Decimal("120.00") if priced else Decimal(0)
    total = labour + Decimal(paint)
    return EstimateLine(
        part=part,
        side=side,
        operation=operation,
        labour_types=(LabourType.BODY,),
        body_hours=Decimal("1.0") if priced else Decimal(0),
        refinish_hours=Decimal(0),
        labour=labour,
        paint=Decimal(paint),
        parts=Decimal(0),
        other=Decimal(0),
        total=total,
        low=total,
        high=total,
        priced=priced,
        missing=() if priced else ("calibration",),
        price_row=None,
        price_tag=None,
        stale=False,
        rule=None,
        sources=(),
        basis=(note("pricing.blend"),),
        damages=damages,
        flags=frozenset(),
    )


def _decision() -> Decision:
    return Decision(
        route=Route.HUMAN_REVIEW,
        reasons=(note("reason.OPT_OUT"),),
        wanted=(note("shot.again", photo=3),),
        case_class=CaseClass.ORDINARY,
        authority=Authority.SENIOR,
        photo_only=False,
        police_report=False,
        review_within=Span(working_days=3),
        payment_within=Span(working_days=7),
    )


@pytest.fixture
def clear_facts() -> CaseFacts:
    """Facts that leave nothing open."""
    return CLEAR


@pytest.fixture
def jpeg() -> Callable[..., bytes]:
    """``picture`` for tests that make cases of their own."""
    return picture


@pytest.fixture
def scratched_door() -> Sequence[Row]:
    """What the detector says about the door."""
    return SCRATCHED_DOOR
