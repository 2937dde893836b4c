"""Tables of situations: one fact changes, one reason appears. The machine offers or refers; it never rejects."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from claims.facts import CaseFacts, Cause, VehicleFacts
from claims.policy import Span, TriagePolicy
from claims.rulebook import Rulebook
from claims.situation import PhotoFacts, Situation
from claims.triage import Authority, CaseClass, Decision, Route, decide
from model.errors import RulesError, UsageError
from model.findings import Damage, Evidence, PartRef
from model.labels import LabelPart
from model.notes import note
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import estimate

ON = date(2026, 11, 22)
CLEAR = CaseFacts(
    vehicle=VehicleFacts(vehicle_class="CN2_60_150k", adas=False, new_energy=False),
    lost_at=datetime(2026, 11, 20, 18, 0),  # noqa: DTZ001 - wall-clock time of the market
    drivable=True,
    airbag_deployed=False,
    fluid_leak=False,
    misaligned_gaps=False,
    coverage_red_flag=False,
    single_party=True,
    injury=False,
    third_party_property=False,
    policy_active=True,
    plate_matches_policy=True,
    cause=Cause.SCRAPE,
)
DARK = PhotoFacts(index=2, usable=False, readable=True, view="dark")
PHOTOS = tuple(PhotoFacts(index=index, usable=True, readable=True, view=f"view-{index}") for index in range(2))


def damage(part: Part | None = Part.HOOD, **changes: Any) -> Damage:
    side = Side.UNKNOWN if part is None or part.sided else Side.NONE
    box = (10.0, 10.0, 60.0, 40.0)
    evidence = tuple(Evidence(photo=photo, box=box, score=0.9, label="scratch") for photo in (0, 1))
    base: dict[str, Any] = {
        "part": part,
        "side": side,
        "kind": DamageKind.SCRATCH,
        "severity": Severity.MINOR,
        "confidence": 0.9,
        "evidence": evidence,
        "area_cm2": 20.0,
        "severity_certain": True,
    }
    return Damage(**{**base, **changes})


Judge = Callable[..., Decision]


@pytest.fixture
def judge(rulebook: Rulebook) -> Judge:
    policy = rulebook.policy.model_copy(update={"audit_sample_share": 0.0})

    def run(
        facts: CaseFacts = CLEAR,
        damages: Sequence[Damage] = (damage(),),
        photos: Sequence[PhotoFacts] = PHOTOS,
        policy: TriagePolicy = policy,
    ) -> Decision:
        priced = estimate(
            damages,
            vehicle=rulebook.vehicle(facts),
            catalogue=rulebook.catalogue,
            rates=rulebook.rates,
            rules=rulebook.repair,
            profile=rulebook.profile(facts),
            on=ON,
            deductible=facts.deductible,
        )
        situation = Situation(facts=facts, photos=tuple(photos), damages=tuple(damages), estimate=priced, on=ON)
        return decide(situation, policy)

    return run


def codes(decision: Decision) -> set[str]:
    return {item.code.removeprefix("reason.") for item in decision.reasons}


def test_a_clear_small_case_is_offered_at_once(judge: Judge) -> None:
    decision = judge()
    assert decision.route is Route.INSTANT_OFFER
    assert codes(decision) == {"ALL_CLEAR"}
    assert decision.photo_only
    assert not decision.police_report
    assert (decision.case_class, decision.authority) == (CaseClass.SIMPLE, Authority.JUNIOR)
    assert (decision.review_within, decision.payment_within) == (Span(hours=12), Span(hours=24))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"single_party": False}, "SINGLE_PARTY_NO"),
        ({"injury": True}, "INJURY"),
        ({"third_party_property": True}, "THIRD_PARTY"),
        ({"policy_active": False}, "POLICY"),
        ({"plate_matches_policy": False}, "PLATE"),
        ({"automation_refused": True}, "OPT_OUT"),
        ({"disputed": True}, "DISPUTED"),
        ({"high_risk_tag": True}, "HIGH_RISK"),
        ({"cause": Cause.WATER}, "WATER"),
        ({"cause": Cause.FIRE}, "CAUSE"),
        ({"cause": Cause.HAIL}, "CAUSE"),
        ({"cause": Cause.OTHER}, "CAUSE"),
        ({"coverage_red_flag": True}, "RED_FLAG"),
        ({"lost_at": datetime(2027, 11, 20)}, "LOSS_TIME"),  # noqa: DTZ001
        ({"lost_at": datetime(2026, 9, 1)}, "LOSS_TIME"),  # noqa: DTZ001
        ({"drivable": None}, "FACTS_MISSING"),
        ({"lost_at": None}, "FACTS_MISSING"),
        ({"vehicle": VehicleFacts(vehicle_class="CN2_60_150k")}, "FACTS_MISSING"),
        ({"cause": Cause.THEFT}, "CAUSE"),
        ({"drivable": False}, "UNDRIVABLE"),
        ({"airbag_deployed": True}, "UNDRIVABLE"),
        ({"fluid_leak": True}, "UNDRIVABLE"),
        ({"misaligned_gaps": True}, "UNDRIVABLE"),
        ({"vehicle": VehicleFacts(adas=False, new_energy=False)}, "UNKNOWN_VEHICLE"),
        (
            {"vehicle": VehicleFacts(vehicle_class="CN2_60_150k", new_energy=False, cash_value=Decimal(200))},
            "TOTAL_LOSS",
        ),
        (
            {
                "vehicle": VehicleFacts(vehicle_class="CN2_60_150k", new_energy=True),
                "underbody_or_charge_port": True,
            },
            "EV",
        ),
        ({"claimed_amount": Decimal(5000)}, "PRICE_OUTLIER"),
        ({"deductible": Decimal(5000)}, "NOTHING_PAYABLE"),
        ({"paid_in_last_year": (LabelPart(part=Part.HOOD),)}, "PRIOR_DAMAGE"),
        ({"single_party": None}, "FACTS_MISSING"),
        ({"injury": None}, "FACTS_MISSING"),
        ({"cause": None}, "FACTS_MISSING"),
    ],
)
def test_one_fact_sends_the_case_to_a_person(judge: Judge, change: dict[str, Any], reason: str) -> None:
    decision = judge(facts=CLEAR.model_copy(update=change))
    assert decision.route is Route.HUMAN_REVIEW
    assert codes(decision) == {reason}


@pytest.mark.parametrize(
    ("found", "reasons"),
    [
        ((damage(confidence=0.79),), {"LOW_CONF"}),
        ((damage(kind=DamageKind.UNKNOWN),), {"KIND_UNKNOWN"}),
        ((damage(Part.FRONT_DOOR),), {"SIDE_UNKNOWN"}),
        ((damage(notes=(note("damage.placed", part=Part.HOOD),)),), {"PART_NOT_SEEN"}),
        (
            (damage(None, candidates=(PartRef(part=Part.HOOD), PartRef(part=Part.ROOF))),),
            {"PART_AMBIGUOUS"},
        ),
        ((damage(notes=(note("damage.taken_as_one_of", place=PartRef(part=Part.HOOD), photo=2),)),), {"VIEW_CONFLICT"}),
        ((damage(), damage(Part.TRUNK_LID), damage(Part.FRONT_BUMPER)), {"PANELS"}),
        ((damage(Part.WHEEL, side=Side.LEFT),), {"WHEEL_ONLY"}),
    ],
)
def test_what_the_photos_leave_open_goes_to_a_person(judge: Judge, found: Any, reasons: set[str]) -> None:
    decision = judge(damages=found)
    assert decision.route is Route.HUMAN_REVIEW
    assert reasons <= codes(decision)
    assert "ALL_CLEAR" not in codes(decision)


def test_a_wreck_goes_to_a_person_who_is_told_first(judge: Judge, rulebook: Rulebook) -> None:
    parts = (Part.FRONT_BUMPER, Part.HOOD, Part.ROOF)
    wreck = [damage(part, side=Side.NONE, kind=DamageKind.DENT, severity=Severity.SEVERE) for part in parts]
    decision = judge(damages=wreck)
    assert decision.route is Route.HUMAN_REVIEW
    assert decision.reasons[0].code == "reason.HEAVY_DAMAGE"
    before = rulebook.policy.model_copy(update={"heavy_damage": None})
    assert "HEAVY_DAMAGE" not in codes(judge(damages=wreck, policy=before))


def test_a_dear_repair_needs_more_authority(judge: Judge) -> None:
    heavy = damage(Part.HOOD, kind=DamageKind.BROKEN, severity=Severity.SEVERE)
    decision = judge(damages=(heavy,))
    assert "AMOUNT_1000" in codes(decision)
    assert (decision.case_class, decision.authority) == (CaseClass.ORDINARY, Authority.SENIOR)
    luxury = CLEAR.model_copy(update={"vehicle": VehicleFacts(vehicle_class="CN5_gt600k", adas=False), "shop": "4S"})
    dearer = judge(facts=luxury, damages=(heavy,))
    assert "AMOUNT_5000" in codes(dearer)
    assert dearer.authority is Authority.EXPERT
    assert dearer.police_report


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (replace(PHOTOS[0], seen_in_claim="A-17"), "FRAUD_DUP"),
        (replace(PHOTOS[0], software="Adobe Photoshop 26.1"), "FRAUD_EDIT"),
        (replace(PHOTOS[0], taken_at=datetime(2026, 11, 1, 9, 0)), "CAPTURE_TIME"),  # noqa: DTZ001 - cameras have no zone
        (replace(PHOTOS[0], taken_at=datetime(2027, 1, 1, 9, 0)), "CAPTURE_TIME"),  # noqa: DTZ001
    ],
)
def test_fraud_facts_are_facts_for_a_person(judge: Judge, photo: PhotoFacts, reason: str) -> None:
    facts = CLEAR.model_copy(update={"lost_at": datetime(2026, 11, 20, 18, 0)})  # noqa: DTZ001
    decision = judge(facts=facts, photos=(photo, PHOTOS[1]))
    assert codes(decision) == {reason}
    assert decision.route is Route.HUMAN_REVIEW


def test_the_phones_own_software_is_no_edit(judge: Judge) -> None:
    photo = replace(PHOTOS[0], software="HDR+ 1.0.540104767zdr", taken_at=datetime(2026, 11, 22, 9, 0))  # noqa: DTZ001
    assert judge(photos=(photo, PHOTOS[1])).route is Route.INSTANT_OFFER


def test_one_view_asks_for_the_second(judge: Judge) -> None:
    single = damage(evidence=damage().evidence[:1])
    decision = judge(damages=(single,), photos=PHOTOS[:1])
    assert decision.route is Route.MORE_PHOTOS
    assert codes(decision) == {"ONE_VIEW"}
    assert [item.code for item in decision.wanted] == ["shot.second_view"]


@pytest.mark.parametrize(
    ("lost_at", "flagged"),
    [
        (datetime(2026, 11, 20, 10, 0, tzinfo=UTC), True),  # 18:00 in China: the photo is 7.5 h older than the loss
        (datetime(2026, 11, 20, 2, 0, tzinfo=UTC), False),  # 10:00 in China, half an hour before the photo
    ],
)
def test_a_time_with_a_zone_is_compared_as_local_time(judge: Judge, lost_at: datetime, flagged: bool) -> None:
    photo = replace(PHOTOS[0], taken_at=datetime(2026, 11, 20, 10, 30))  # noqa: DTZ001 - cameras have no zone
    decision = judge(facts=CLEAR.model_copy(update={"lost_at": lost_at}), photos=(photo, PHOTOS[1]))
    assert ("CAPTURE_TIME" in codes(decision)) is flagged


def test_at_the_limit_of_authority_reason_and_authority_agree(judge: Judge, rulebook: Rulebook) -> None:
    heavy = damage(Part.HOOD, kind=DamageKind.BROKEN, severity=Severity.SEVERE)
    upper = estimate(
        (heavy,),
        vehicle=rulebook.vehicle(CLEAR),
        catalogue=rulebook.catalogue,
        rates=rulebook.rates,
        rules=rulebook.repair,
        profile=rulebook.profile(CLEAR),
        on=ON,
    ).high
    for limit, over in ((upper, False), (upper - Decimal("0.01"), True)):
        market = rulebook.policy.markets["CN"].model_copy(update={"senior_limit": limit})
        decision = judge(damages=(heavy,), policy=rulebook.policy.model_copy(update={"markets": {"CN": market}}))
        assert ("AMOUNT_5000" in codes(decision)) is over
        assert (decision.authority is Authority.EXPERT) is over


def test_near_copies_are_one_view(judge: Judge) -> None:
    copies = (PHOTOS[0], replace(PHOTOS[1], view=PHOTOS[0].view))
    assert codes(judge(photos=copies)) == {"ONE_VIEW"}


def test_a_part_that_cannot_be_named_asks_for_a_wider_photo(judge: Judge) -> None:
    decision = judge(damages=(damage(None),))
    assert decision.route is Route.MORE_PHOTOS
    assert codes(decision) == {"PART_UNKNOWN"}
    assert [item.code for item in decision.wanted] == ["shot.wider"]


def test_no_damage_is_an_answer_with_a_way_on(judge: Judge) -> None:
    decision = judge(damages=())
    assert decision.route is Route.MORE_PHOTOS
    assert codes(decision) == {"NO_DAMAGE_FOUND"}
    assert [item.code for item in decision.wanted] == ["shot.damage"]


def test_without_any_usable_photo_new_ones_are_asked_for(judge: Judge) -> None:
    bad = (replace(PHOTOS[0], usable=False, readable=False), replace(PHOTOS[1], usable=False))
    decision = judge(damages=(), photos=bad)
    assert decision.route is Route.MORE_PHOTOS
    assert codes(decision) == {"NO_USABLE_PHOTO"}
    assert [item.code for item in decision.wanted] == ["shot.again", "shot.again"]


def test_a_photo_that_cannot_be_used_is_told_and_not_waited_for(judge: Judge) -> None:
    """Two good photos of the damage are there: nothing is missing."""
    decision = judge(photos=(*PHOTOS, DARK))
    assert decision.route is Route.INSTANT_OFFER
    assert [item.code for item in decision.reasons] == ["reason.ALL_CLEAR", "reason.QUALITY"]
    assert decision.reasons[-1].facts == {"photo": 3}
    assert decision.wanted == ()


def test_beside_a_photo_that_cannot_be_used_only_what_is_missing_is_asked_for(judge: Judge) -> None:
    single = damage(evidence=damage().evidence[:1])
    one_view = judge(damages=(single,), photos=(PHOTOS[0], replace(PHOTOS[1], usable=False)))
    assert one_view.route is Route.MORE_PHOTOS
    assert codes(one_view) == {"ONE_VIEW", "QUALITY"}
    assert [item.code for item in one_view.wanted] == ["shot.second_view"]
    nothing = judge(damages=(), photos=(*PHOTOS, DARK))
    assert codes(nothing) == {"NO_DAMAGE_FOUND", "QUALITY"}
    assert [item.code for item in nothing.wanted] == ["shot.again", "shot.damage"]


def test_an_unreadable_photo_beside_good_ones_forces_a_person(judge: Judge) -> None:
    broken = PhotoFacts(index=2, usable=False, readable=False, view="broken")
    decision = judge(photos=(*PHOTOS, broken))
    assert decision.route is Route.HUMAN_REVIEW
    assert codes(decision) == {"UNREADABLE_PHOTO"}


def test_the_random_sample_is_drawn_from_the_case_itself(judge: Judge, rulebook: Rulebook) -> None:
    always = rulebook.policy.model_copy(update={"audit_sample_share": 1.0})
    assert codes(judge(policy=always)) == {"AUDIT_SAMPLE"}
    drawn = 0
    for case in range(400):
        photos = tuple(replace(photo, view=f"{case}-{photo.index}") for photo in PHOTOS)
        first, second = judge(photos=photos, policy=rulebook.policy), judge(photos=photos[::-1], policy=rulebook.policy)
        assert first.route is second.route
        drawn += first.route is Route.HUMAN_REVIEW
    assert 5 <= drawn <= 40  # 20 expected of 400 at 5 %


def test_there_is_no_route_that_rejects() -> None:
    assert {route.value for route in Route} == {"instant_offer", "more_photos", "human_review"}


def test_a_policy_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(RulesError, match=r"rules\.invalid"):
        TriagePolicy.from_yaml("version: x\nreject_above: 100\n")


def test_an_unknown_market_lists_what_exists(rulebook: Rulebook) -> None:
    with pytest.raises(UsageError, match="CN, US"):
        rulebook.policy.market("FR")
