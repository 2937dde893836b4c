"""What corrections teach: labelled boxes that this project's own reader of COCO takes, and nothing about people."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from claims.actors import Actor, ActorKind
from claims.examples import CATEGORIES, Example, Lesson, as_coco, examples
from claims.facts import CaseFacts, VehicleFacts
from claims.marks import Mark
from claims.review import correct, open_review, shop_of
from claims.review_changes import Add, Change, Edit, Remove, Restore, Why
from claims.review_lines import Review, ReviewedPhoto
from claims.review_rules import ReviewRules
from claims.rulebook import Rulebook
from claims.states import Role
from data.datasets import read_photos
from data.formats.coco import FILE
from data.taxonomy import read_taxonomy
from model.findings import Damage, Evidence
from model.vocabulary import DamageKind, LabelGroup, Part, Severity, Side
from parts_pricing.estimate import estimate
from parts_pricing.operations import Operation

ON = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FACTS = CaseFacts(vehicle=VehicleFacts(vehicle_class="CN2_60_150k", adas=False))
ADJUSTER = Actor(kind=ActorKind.STAFF, id=UUID(int=77), role=Role.SENIOR)
FIRST, SECOND = (
    ReviewedPhoto(sha256="b" * 64, width=1000, height=750),
    ReviewedPhoto(sha256="a" * 64, width=640, height=480),
)
DOOR_BOX, HOOD_BOX = (10.0, 10.0, 60.2, 40.1), (100.5, 200.0, 400.0, 333.3)


def damage(part: Part, side: Side, kind: DamageKind, *evidence: tuple[int, Any]) -> Damage:
    return Damage(
        part=part,
        side=side,
        kind=kind,
        severity=Severity.MODERATE,
        confidence=0.9,
        evidence=tuple(Evidence(photo=photo, box=box, score=0.9, label="x") for photo, box in evidence),
        severity_certain=True,
    )


HOOD = damage(Part.HOOD, Side.NONE, DamageKind.SCRATCH, (0, HOOD_BOX))
DOOR = damage(Part.FRONT_DOOR, Side.LEFT, DamageKind.DENT, (0, DOOR_BOX), (1, DOOR_BOX))


@pytest.fixture
def review(rulebook: Rulebook) -> Review:
    found = (HOOD, DOOR)
    machine = estimate(
        found,
        vehicle=rulebook.vehicle(FACTS),
        catalogue=rulebook.catalogue,
        rates=rulebook.rates,
        rules=rulebook.repair,
        profile=rulebook.profile(FACTS),
        on=ON,
    )
    return open_review(machine, found, (FIRST, SECOND), shop_of(rulebook, FACTS, ON))


Teach = Callable[..., tuple[Example, ...]]


@pytest.fixture
def teach(review: Review) -> Teach:
    def run(*changes: Change) -> tuple[Example, ...]:
        after = review
        for change in changes:
            limits = ReviewRules.load().limits
            after = correct(after, (change,), version=after.version, by=ADJUSTER, at=AT, limits=limits)
        return examples(after, group="case-1")

    return run


def written(folder: Path, *given: Example, **options: Any) -> dict[str, Any]:
    content = as_coco(given, **options)
    (folder / FILE).write_bytes(content)
    document: dict[str, Any] = json.loads(content)
    return document


def test_what_nobody_touched_teaches_nothing(teach: Teach) -> None:
    assert teach() == ()


def test_a_correction_is_an_example_for_each_box(teach: Teach) -> None:
    first, second = teach(
        Edit(line=1, severity=Severity.SEVERE, operation=Operation.REPLACE, why=Why.WRONG_SEVERITY, remark="Zhang")
    )
    assert (first.photo, first.box, second.photo, second.box) == (FIRST, DOOR_BOX, SECOND, DOOR_BOX)
    assert (first.part, first.side, first.kind) == (Part.FRONT_DOOR, Side.LEFT, DamageKind.DENT)
    assert (first.severity, first.operation, first.lesson) == (Severity.SEVERE, Operation.REPLACE, Lesson.CHANGED)
    assert first.amount > Decimal(2000)
    assert (first.role, first.at, first.why) == (Role.SENIOR, AT, Why.WRONG_SEVERITY)
    assert "Zhang" not in repr(first)
    assert str(ADJUSTER.id) not in repr(first)


@pytest.mark.parametrize(
    ("changes", "lesson", "boxes"),
    [
        ([Edit(line=0, paint=Decimal(1), why=Why.WRONG_PRICE)], Lesson.CHANGED, 2),
        ([Remove(line=0, why=Why.NOT_DAMAGED)], Lesson.NOT_DAMAGED, 0),
        ([Remove(line=0, why=Why.OLD_DAMAGE)], Lesson.NOT_COUNTED, 2),
        ([Remove(line=0, why=Why.AGREED)], Lesson.LEFT_OUT, 0),
        ([Remove(line=0, why=Why.MISTAKE), Restore(line=0, why=Why.MISTAKE)], Lesson.CONFIRMED, 2),
    ],
)
def test_what_a_box_teaches_depends_on_what_was_done(
    teach: Teach, tmp_path: Path, changes: list[Change], lesson: Lesson, boxes: int
) -> None:
    [example] = teach(*changes)
    assert example.lesson is lesson
    document = written(tmp_path, example)
    assert len(document["annotations"]) == boxes
    assert [image["file_name"] for image in document["images"]] == [FIRST.sha256]  # also where nothing is to be seen


def test_a_box_that_a_person_drew_takes_the_place_of_the_machines(teach: Teach) -> None:
    [example] = teach(Edit(line=1, marks=(Mark(photo=1, box=(1, 2, 30, 40)),), why=Why.WRONG_BOX))
    assert (example.photo, example.box) == (SECOND, (1, 2, 30, 40))


def test_an_outline_that_a_person_drew_is_the_segmentation(teach: Teach, tmp_path: Path) -> None:
    box, outline = (1.0, 2.0, 31.0, 42.0), ((1.0, 42.0), (16.0, 2.0), (31.0, 42.0))
    [example] = teach(Edit(line=1, marks=(Mark(photo=1, box=box, outline=outline),), why=Why.WRONG_BOX))
    assert (example.box, example.outline) == (box, outline)
    document = written(tmp_path, example)
    for drawn in document["annotations"]:
        assert drawn["segmentation"] == [[1, 42, 16, 2, 31, 42]]
        assert (drawn["bbox"], drawn["area"]) == ([1, 2, 30, 40], 600)
    [photo] = read_photos(tmp_path)
    assert [(item.box, item.outline) for item in photo.annotations] == [(box, outline)] * 2
    assert document["examples"][0]["outline"] == [[1, 42], [16, 2], [31, 42]]


def test_what_is_only_boxed_has_no_segmentation(teach: Teach, tmp_path: Path) -> None:
    document = written(tmp_path, *teach(Edit(line=1, side=Side.RIGHT, why=Why.WRONG_SIDE)))
    assert document["annotations"]
    assert not [item for item in document["annotations"] if "segmentation" in item]
    assert {record["outline"] for record in document["examples"]} == {None}


def test_what_nobody_drew_teaches_prices_only(teach: Teach, tmp_path: Path) -> None:
    [example] = teach(Add(part=Part.ROOF, operation=Operation.REFINISH, why=Why.MISSED))
    assert (example.lesson, example.photo, example.box) == (Lesson.ADDED, None, None)
    document = written(tmp_path, example)
    assert (document["images"], document["annotations"]) == ([], [])
    [record] = document["examples"]
    assert record["amount"] == f"{example.amount:f}"


# --- COCO -----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back(teach: Teach, tmp_path: Path) -> None:
    taught = teach(
        Edit(line=0, kind=DamageKind.BROKEN, why=Why.WRONG_KIND),
        Edit(line=1, side=Side.RIGHT, why=Why.WRONG_SIDE),
        Remove(line=0, why=Why.OTHER_EVENT),
    )
    written(tmp_path, *taught, suffixes={FIRST.sha256: ".jpg", SECOND.sha256: ".png"})
    second, first = read_photos(tmp_path)  # in the order of their hashes
    assert (first.path, second.path) == (
        tmp_path / "images" / f"{FIRST.sha256}.jpg",
        tmp_path / "images" / f"{SECOND.sha256}.png",
    )
    assert (first.width, first.height, first.group) == (1000, 750, "case-1")
    assert first.split == second.split
    drawn = [(item.label, item.box) for item in first.annotations]
    assert [label for label, _ in drawn] == ["broken", "damaged_hood", "dent", "damaged_right_front_door"]
    assert [box for _, box in drawn] == [pytest.approx(box) for box in (HOOD_BOX, HOOD_BOX, DOOR_BOX, DOOR_BOX)]
    assert [item.label for item in second.annotations] == ["dent", "damaged_right_front_door"]


def test_every_annotation_has_its_record(teach: Teach, tmp_path: Path) -> None:
    taught = teach(Edit(line=1, severity=Severity.SEVERE, why=Why.WRONG_SEVERITY), Remove(line=0, why=Why.NOT_DAMAGED))
    document = written(tmp_path, *taught)
    claimed = [number for record in document["examples"] for number in record["annotations"]]
    assert sorted(claimed) == [item["id"] for item in document["annotations"]] == [1, 2, 3, 4]
    keys = {"photo", "box", "part", "side", "kind", "severity", "operation", "amount", "currency", "role", "at"}
    assert all(keys <= record.keys() for record in document["examples"])
    assert {record["role"] for record in document["examples"]} == {"senior"}


def test_the_same_examples_give_the_same_bytes(teach: Teach) -> None:
    taught = teach(Edit(line=1, severity=Severity.SEVERE, why=Why.WRONG_SEVERITY))
    assert as_coco(taught) == as_coco(iter(taught))
    assert as_coco(()) == as_coco([])


def test_a_damage_that_nobody_could_name_has_no_box_of_that_name(teach: Teach, tmp_path: Path) -> None:
    [example] = teach(Edit(line=0, paint=Decimal(1), why=Why.OTHER))
    vague = replace(example, kind=DamageKind.UNKNOWN, part=None, side=Side.UNKNOWN)
    assert written(tmp_path, vague)["annotations"] == []
    sideless = replace(example, kind=None, part=Part.WHEEL, side=Side.UNKNOWN)
    [box] = written(tmp_path, sideless)["annotations"]
    assert box["category_id"] == CATEGORIES["damaged_wheel"][0]


def test_the_categories_are_the_vocabulary_and_the_kinds_those_of_training() -> None:
    groups = {name: group for name, (_, group) in CATEGORIES.items()}
    kinds = {name for name, group in groups.items() if group == "damage"}
    assert kinds == {name for name, item in read_taxonomy("joint-v1").items() if item.group is LabelGroup.DAMAGE}
    sided = sum(part.sided for part in Part)
    assert sum(group == "damaged_part" for group in groups.values()) == 3 * sided + (len(Part) - sided)
    assert len({number for number, _ in CATEGORIES.values()}) == len(CATEGORIES)
