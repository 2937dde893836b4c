"""Stored estimates: one spelling, made again to the byte, and what moved the money between two of them."""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import BaseModel

from api.schemas import AssessmentDocument, Statement
from claims.assess import Assessment, assess
from claims.canonical import canonical, packed
from claims.facts import CaseFacts, SeenPhoto, VehicleFacts
from claims.moved import Footing, Source, compare
from claims.note_json import note_json, note_of
from claims.observe import Eyes, PhotoSource, observe
from claims.replay import StoredEstimate, facts_json, inputs_hash, replay
from claims.review import open_review, shop_of
from claims.rulebook import Rulebook
from claims.stored_damages import damages_of
from claims.triage import Route
from inference.images import IntakeLimits
from inference.testing import Row, ScriptedDetector
from model.errors import UsageError
from model.findings import PartRef
from model.notes import Note, note
from model.texts import LANGUAGES, Texts
from model.vocabulary import Part, Severity, Side
from parts_pricing.catalogue import Catalogue
from parts_pricing.estimate import estimate

ON = date(2026, 11, 22)
FACTS = CaseFacts(vehicle=VehicleFacts(vehicle_class="CN2_60_150k"), deductible=Decimal(50))
CAR: list[Row] = [("front_left_door", 0.9, (50, 50, 550, 400)), ("front_bumper", 0.9, (10, 300, 50, 400))]
SCRATCH: Row = ("scratch", 0.87654, (200, 200, 260, 240))
BROKEN: Row = ("broken", 0.9, (200, 200, 260, 240))
VERSIONS = {"model": "m 1", "prices": "p", "rules": "r", "policy": "1"}
A, B = "a" * 64, "b" * 64


def png(seed: int, size: tuple[int, int] = (640, 480)) -> bytes:
    pixels = np.random.default_rng(seed).integers(40, 220, (size[1] // 16, size[0] // 16, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


PHOTOS = {"wide.png": png(1), "close.png": png(2)}
WORN: dict[str, list[Row]] = {"wide.png": [*CAR, SCRATCH], "close.png": [CAR[0], SCRATCH]}
WORSE: dict[str, list[Row]] = {"wide.png": [*CAR, BROKEN], "close.png": [CAR[0], BROKEN]}


def sources(photos: Mapping[str, bytes] = PHOTOS) -> list[PhotoSource]:
    return [PhotoSource(name=name, content=data) for name, data in photos.items()]


def eyes_of(rulebook: Rulebook, script: Mapping[str, Sequence[Row]] = WORN) -> Eyes:
    return Eyes(detector=ScriptedDetector(script), limits=IntakeLimits(), rulebook=rulebook)


Run = Callable[..., Assessment]


@pytest.fixture
def run(rulebook: Rulebook) -> Run:
    def assessed(
        photos: Mapping[str, bytes] = PHOTOS, script: Mapping[str, Sequence[Row]] = WORN, facts: CaseFacts = FACTS
    ) -> Assessment:
        return assess(sources(photos), facts, eyes_of(rulebook, script), on=ON)

    return assessed


@pytest.fixture
def rich(run: Run) -> list[Assessment]:
    """Cases that between them have everything that a document can hold."""
    bumper: list[Row] = [
        ("damaged_Bumper", 0.9, (100, 100, 300, 200)),
        ("scratch", 0.9, (110, 110, 290, 190)),
        ("wheel", 0.9, (320, 80, 420, 220)),
    ]
    wall: list[Row] = [SCRATCH, ("hood", 0.5, (0, 0, 600, 400))]
    scripts: list[dict[str, list[Row]]] = [WORN, WORSE, {"wide.png": [*CAR, SCRATCH], "close.png": bumper}]
    cases = [run(script=script) for script in scripts]
    cases.append(run({"broken.jpg": b"\xff\xd8\xff\xe0 no photo", "wall.png": png(3)}, {"wall.png": wall}))
    return cases


# --- one spelling ---------------------------------------------------------------------------------------------------


def test_the_same_assessment_has_the_same_bytes_whatever_the_photos_are_called(run: Run) -> None:
    first = canonical(run())
    renamed = dict(zip(("IMG_1 张三.png", "2.png"), PHOTOS.values(), strict=True))
    script = dict(zip(renamed, WORN.values(), strict=True))
    assert canonical(run()) == first
    assert canonical(run(renamed, script)) == first
    assert "张三" not in first.decode()
    assert b"wide.png" not in first


def test_there_are_no_floats_and_keys_are_sorted(rich: list[Assessment]) -> None:
    for case in rich:
        document = json.loads(canonical(case), parse_float=_refuse)
        assert canonical(case) == packed(document)
    with pytest.raises(TypeError, match="float"):
        packed({"a": [{"b": 0.5}]})


def _refuse(text: str) -> float:
    raise AssertionError(f"a float: {text}")


def test_amounts_are_those_of_the_estimate(run: Run) -> None:
    result = run()
    document = json.loads(canonical(result))
    assert Decimal(document["estimate"]["total"]) == result.estimate.total > 0
    lines = document["estimate"]["lines"]
    assert sum(Decimal(line["total"]) for line in lines) == result.estimate.total
    assert document["photos"][0]["detections"][0]["box"] == ["50.0", "50.0", "550.0", "400.0"]
    assert {item["score"] for item in document["photos"][1]["detections"]} == {"0.9000", "0.8765"}


# --- beside the document that is sent --------------------------------------------------------------------------------

WORDS = {"text", "advice", "contact"}
"""Sentences: the stored document keeps the notes that they were said from."""
ONLY_SENT = {"on", "photos.file"}
"""The day is stored beside the document; a customer's file names are not kept."""
ONLY_STORED = {
    "damages.severity_certain",
    "estimate.flags",
    "estimate.versions",
    *(
        f"estimate.lines.{name}"
        for name in ("body_hours", "refinish_hours", "missing", "sources", "price_tag", "stale")
    ),
}


def sent_keys(model: type[BaseModel] = AssessmentDocument, above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{above}{name}"
        for kind in _models(field.annotation):
            if kind is not Statement:
                yield from sent_keys(kind, f"{above}{name}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def stored_keys(value: Any, above: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from stored_keys(item, above)
    if isinstance(value, dict) and value.keys() != {"code", "facts"}:
        for name, item in value.items():
            yield f"{above}{name}"
            if f"{above}{name}" != "estimate.versions":
                yield from stored_keys(item, f"{above}{name}.")


def test_the_stored_document_and_the_one_that_is_sent_have_the_same_keys(rich: list[Assessment]) -> None:
    stored = {key for case in rich for key in stored_keys(json.loads(canonical(case)))}
    sent = {key for key in sent_keys() if key.rpartition(".")[2] not in WORDS}
    assert sent - stored == ONLY_SENT
    assert stored - sent == ONLY_STORED


def test_the_stored_document_and_the_one_that_is_sent_say_the_same(rich: list[Assessment]) -> None:
    texts = Texts.load("en")
    for case in rich:
        sent = AssessmentDocument.of(case, texts, on=ON)
        stored = json.loads(canonical(case))
        assert [Decimal(line["total"]) for line in stored["estimate"]["lines"]] == [
            line.total or 0 for line in sent.estimate.lines
        ]
        assert [float(item["confidence"]) for item in stored["damages"]] == [item.confidence for item in sent.damages]
        assert [item["part"] or "unknown" for item in stored["damages"]] == [item.part for item in sent.damages]
        assert stored["decision"]["route"] == sent.decision.route
        said = [texts.say(note_of(item)) for item in stored["decision"]["reasons"]]
        assert said == [item.text for item in sent.decision.reasons]
        assert [texts.say(note_of(item)) for item in stored["left_out"]] == sent.left_out


# --- notes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stored_line_can_be_explained_in_any_language_later(rich: list[Assessment], language: str) -> None:
    texts = Texts.load(language)
    for case in rich:
        stored = json.loads(canonical(case))
        for line, kept in zip(case.estimate.lines, stored["estimate"]["lines"], strict=True):
            assert [texts.say(note_of(item)) for item in kept["basis"]] == [texts.say(item) for item in line.basis]


def test_notes_come_back_as_they_were() -> None:
    inner = note("name.place.candidates", places=(PartRef(part=Part.HOOD), PartRef(part=Part.WHEEL, side=Side.LEFT)))
    whole = note("x", amount=Decimal("10.50"), n=3, sure=True, none=None, word=Severity.SEVERE, text="r1", inner=inner)
    back = note_of(json.loads(packed(note_json(whole))))
    assert back == whole
    assert type(back.facts["word"]) is Severity
    assert back.facts["amount"].as_tuple() == Decimal("10.50").as_tuple()  # type: ignore[attr-defined]


@pytest.mark.parametrize("fact", [0.5, Route.INSTANT_OFFER, datetime(2026, 1, 1, tzinfo=UTC), object(), Decimal("NaN")])
def test_a_note_that_could_not_come_back_is_refused(fact: object) -> None:
    with pytest.raises(TypeError):
        note_json(Note("x", {"fact": fact}))


def test_stored_damages_are_priced_as_before(rich: list[Assessment], rulebook: Rulebook) -> None:
    for case in rich:
        back = damages_of(canonical(case))
        assert [(item.part, item.side, item.kind) for item in back] == [(x.part, x.side, x.kind) for x in case.damages]
        assert [item.notes for item in back] == [item.notes for item in case.damages]
        areas = [None if item.area_cm2 is None else pytest.approx(item.area_cm2, abs=0.0006) for item in case.damages]
        assert [item.area_cm2 for item in back] == areas
        again = estimate(
            [item for item in back if not item.doubtful],
            vehicle=rulebook.vehicle(FACTS),
            catalogue=rulebook.catalogue,
            rates=rulebook.rates,
            rules=rulebook.repair,
            profile=rulebook.profile(FACTS),
            on=ON,
            deductible=FACTS.deductible,
        )
        assert [line.total for line in again.lines] == [line.total for line in case.estimate.lines]
        photos = tuple(None for _ in case.observations)
        assert open_review(case.estimate, back, photos, shop_of(rulebook, FACTS, ON)).total == case.estimate.total


# --- inputs ---------------------------------------------------------------------------------------------------------


def test_equal_facts_have_one_spelling_and_come_back() -> None:
    china = timezone(timedelta(hours=8))
    one = FACTS.model_copy(update={"deductible": Decimal("50.00"), "lost_at": datetime(2026, 11, 20, 16, tzinfo=china)})
    two = FACTS.model_copy(update={"deductible": Decimal("5E+1"), "lost_at": datetime(2026, 11, 20, 8, tzinfo=UTC)})
    assert facts_json(one) == facts_json(two)
    assert CaseFacts.from_json(facts_json(one)) == two
    assert facts_json(one) != facts_json(FACTS)


@given(st.decimals(0, 10**9, allow_nan=False, places=2), st.decimals(0, 10**9, allow_nan=False, places=4))
def test_any_amount_comes_back(deductible: Decimal, salvage: Decimal) -> None:
    facts = FACTS.model_copy(update={"deductible": deductible, "salvage": salvage})
    assert CaseFacts.from_json(facts_json(facts)) == facts


def test_everything_that_an_assessment_depends_on_changes_the_hash() -> None:
    base = inputs_hash([A, B], FACTS, ON, VERSIONS)
    other = [
        inputs_hash([B, A], FACTS, ON, VERSIONS),
        inputs_hash([A], FACTS, ON, VERSIONS),
        inputs_hash([A, B], FACTS.model_copy(update={"injury": False}), ON, VERSIONS),
        inputs_hash([A, B], FACTS.model_copy(update={"seen_photos": (SeenPhoto(sha256=A, claim="Q"),)}), ON, VERSIONS),
        inputs_hash([A, B], FACTS, ON + timedelta(days=1), VERSIONS),
        *(inputs_hash([A, B], FACTS, ON, VERSIONS | {name: "other"}) for name in VERSIONS),
    ]
    assert len({base, *other}) == len(other) + 1
    assert inputs_hash([A, B], FACTS, ON, dict(reversed(VERSIONS.items()))) == base


# --- replay ---------------------------------------------------------------------------------------------------------


def test_a_stored_estimate_is_made_again_to_the_byte(run: Run, rulebook: Rulebook) -> None:
    result = run()
    stored = StoredEstimate.of(result, FACTS, on=ON)
    again = replay(stored, eyes_of(rulebook), sources())
    assert (again.same, again.differences, again.document) == (True, (), stored.document)
    hashes = [seen.sha256 or "" for seen in result.observations]
    assert stored.inputs == inputs_hash(hashes, FACTS, ON, result.versions)


def test_what_is_not_the_same_is_named(run: Run, rulebook: Rulebook) -> None:
    stored = StoredEstimate.of(run(), FACTS, on=ON)
    dearer = replace(rulebook, catalogue=_dearer(rulebook.catalogue, Decimal(2)))
    again = replay(stored, eyes_of(dearer), sources())
    changed = {item.where: item for item in again.differences}
    assert not again.same
    assert {"versions.prices", "estimate.total", "estimate.lines[0].paint"} <= set(changed)
    assert changed["estimate.total"].stored == f'"{run().estimate.total}"'
    assert not [where for where in changed if where.startswith(("photos", "damages"))]


def test_another_photo_or_a_missing_one_is_a_difference(run: Run, rulebook: Rulebook) -> None:
    stored = StoredEstimate.of(run(), FACTS, on=ON)
    altered = dict(PHOTOS, **{"close.png": png(9)})
    places = [item.where for item in replay(stored, eyes_of(rulebook), sources(altered)).differences]
    assert "photos[1].sha256" in places
    missing = replay(stored, eyes_of(rulebook), sources()[:1])
    [gone] = [item for item in missing.differences if item.where == "photos[1]"]
    assert gone.now is None
    turned = replay(stored, eyes_of(rulebook), sources()[::-1])
    assert not turned.same


def test_a_photo_that_was_never_read_cannot_be_stored(run: Run) -> None:
    result = run()
    lost = replace(result, observations=(replace(result.observations[0], sha256=None), *result.observations[1:]))
    with pytest.raises(ValueError, match="without a hash"):
        StoredEstimate.of(lost, FACTS, on=ON)


# --- what moved the money -------------------------------------------------------------------------------------------


def _dearer(catalogue: Catalogue, factor: Decimal) -> Catalogue:
    rows = tuple(
        row.model_copy(
            update={
                "paint_panel_price": row.paint_panel_price and row.paint_panel_price * factor,
                "oem_price": row.oem_price and row.oem_price * factor,
            }
        )
        for row in catalogue.rows
    )
    return Catalogue(version=f"dearer x{factor}", rows=rows)


@pytest.fixture
def footings(rulebook: Rulebook) -> tuple[Footing, Footing]:
    """An old estimate, and one in which all four differ; every one of them moves money or the route."""
    market = rulebook.policy.markets["CN"].model_copy(update={"usual_class": "CN4_300_600k"})
    policy = rulebook.policy.model_copy(update={"markets": {**rulebook.policy.markets, "CN": market}, "version": "x"})
    half = {**rulebook.profiles, "CN_general": rulebook.profiles["CN_general"].in_area("county")}
    changed = replace(rulebook, catalogue=_dearer(rulebook.catalogue, Decimal(3)), profiles=half, policy=policy)
    seen = observe(sources(), eyes_of(rulebook))
    worse = observe(sources(), eyes_of(rulebook, WORSE))
    return (
        Footing(observations=seen, model_version="m 1", rulebook=rulebook),
        Footing(observations=worse, model_version="m 2", rulebook=changed),
    )


UNSTATED = CaseFacts()
"""No class: the policy's usual class is priced, so that even the policy moves money."""


def test_every_source_is_named_and_the_amounts_sum_to_the_difference(footings: tuple[Footing, Footing]) -> None:
    old, new = footings
    moved = compare(old, new, UNSTATED, on=ON)
    assert [item.sources for item in moved] == [(source,) for source in Source]
    assert all(item.amount for item in moved)
    assert [one.after for one in moved[:-1]] == [two.before for two in moved[1:]]
    back = compare(new, old, UNSTATED, on=ON)
    assert sum(item.amount for item in moved) == -sum(item.amount for item in back) == moved[-1].after - moved[0].before


@pytest.mark.parametrize("source", Source)
def test_one_difference_is_one_entry(footings: tuple[Footing, Footing], source: Source) -> None:
    old, new = footings
    book = {
        Source.MODEL: old.rulebook,
        Source.PRICES: replace(old.rulebook, catalogue=new.rulebook.catalogue),
        Source.RULES: replace(old.rulebook, profiles=new.rulebook.profiles),
        Source.POLICY: replace(old.rulebook, policy=new.rulebook.policy),
    }[source]
    seen = new.observations if source is Source.MODEL else old.observations
    [item] = compare(old, replace(old, observations=seen, rulebook=book), UNSTATED, on=ON)
    assert item.sources == (source,)
    assert item.amount != 0


def test_nothing_moved_says_nothing(footings: tuple[Footing, Footing]) -> None:
    old, _ = footings
    assert compare(old, replace(old, model_version="m 9"), UNSTATED, on=ON) == ()


def test_a_policy_may_move_the_route_alone(footings: tuple[Footing, Footing]) -> None:
    old, _ = footings
    stricter = old.rulebook.policy.model_copy(update={"min_views": 5, "audit_sample_share": 0.0})
    lenient = old.rulebook.policy.model_copy(update={"min_views": 1, "audit_sample_share": 0.0})
    clear = CaseFacts.from_json(_clear())
    one, two = (replace(old, rulebook=replace(old.rulebook, policy=policy)) for policy in (lenient, stricter))
    [item] = compare(one, two, clear, on=ON)
    assert (item.sources, item.amount) == ((Source.POLICY,), 0)
    assert (item.route_before, item.route_after) == (Route.INSTANT_OFFER, Route.MORE_PHOTOS)


def _clear() -> bytes:
    names = ("injury", "third_party_property", "airbag_deployed", "fluid_leak", "misaligned_gaps", "coverage_red_flag")
    unstated = dict.fromkeys(names, False)
    stated = dict.fromkeys(("single_party", "policy_active", "plate_matches_policy", "drivable"), True)
    vehicle = {"vehicle_class": "CN2_60_150k", "adas": False, "new_energy": False}
    rest = {"cause": "scrape", "lost_at": "2026-11-20T18:00:00", "vehicle": vehicle}
    return json.dumps({**unstated, **stated, **rest}).encode()


def test_what_makes_no_estimate_alone_is_named_together(footings: tuple[Footing, Footing]) -> None:
    """A new table renames the class, and only the new policy knows its name."""
    old, _ = footings
    renamed = tuple(
        row.model_copy(update={"vehicle_class": "family", "paint_panel_price": Decimal(999)})
        if row.vehicle_class == "CN2_60_150k"
        else row
        for row in old.rulebook.catalogue.rows
    )
    market = old.rulebook.policy.markets["CN"].model_copy(update={"usual_class": "family"})
    policy = old.rulebook.policy.model_copy(update={"markets": {"CN": market}})
    rates = replace(
        old.rulebook.rates,
        rows=tuple(
            row.model_copy(update={"vehicle_class": "family"}) if row.vehicle_class == "CN2_60_150k" else row
            for row in old.rulebook.rates.rows
        ),
    )
    book = replace(old.rulebook, catalogue=Catalogue(version="n", rows=renamed), rates=rates, policy=policy)
    [item] = compare(old, replace(old, rulebook=book), UNSTATED, on=ON)
    assert item.sources == (Source.PRICES, Source.RULES, Source.POLICY)
    assert item.amount > 0
    for language in LANGUAGES:
        assert f"{item.after:,f}" in Texts.load(language).say(item.note)
    with pytest.raises(UsageError):
        compare(old, replace(old, rulebook=replace(book, policy=old.rulebook.policy)), UNSTATED, on=ON)


def test_estimates_of_other_photos_are_not_compared(footings: tuple[Footing, Footing]) -> None:
    old, new = footings
    with pytest.raises(ValueError, match="same photos"):
        compare(old, replace(new, observations=new.observations[:1]), UNSTATED, on=ON)
