"""What counts as right, wrong and open, and what a detector without fault would see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer

from claims.rulebook import Rulebook
from data.own_labels import LabelledDamage, LabelledPart, LabelledPhoto
from inference.preprocess import PhotoLike
from model.detections import Detections
from model.findings import PartRef
from model.manifest import Manifest
from model.registry import MANIFEST, shipped_weights
from model.vocabulary import DamageKind, Part, Severity, Side
from training.__main__ import app
from training.part_check import Drawn, labels_of, seen_by_people, told_damages, told_regions, told_reports
from training.part_check_study import study
from training.part_check_told import Told, Verdict, lines
from training.part_layout import layout, yaml_lines

LEFT = PartRef(part=Part.FRONT_FENDER, side=Side.LEFT)
RIGHT = PartRef(part=Part.FRONT_FENDER, side=Side.RIGHT)
EITHER = PartRef(part=Part.FRONT_FENDER, side=Side.UNKNOWN)
HOOD = PartRef(part=Part.HOOD)
PAPERS = Manifest.read(shipped_weights() / "joint-v1" / MANIFEST)


def photo(number: int = 0) -> LabelledPhoto:
    return LabelledPhoto(
        sha256=f"{number:064x}",
        folder="damaged_unlabelled",
        file="a.jpg",
        width=2000,
        height=1000,
        view="part",
        parts=(
            LabelledPart(part=Part.FRONT_DOOR, side=Side.LEFT, box=(500, 300, 800, 800)),
            LabelledPart(part=Part.FRONT_FENDER, side=Side.LEFT, box=(200, 400, 520, 800)),
            LabelledPart(part=Part.WHEEL, side=Side.LEFT, box=(250, 600, 420, 900)),
        ),
        damages=(
            LabelledDamage(
                part=Part.FRONT_FENDER,
                side=Side.LEFT,
                kind=DamageKind.DENT,
                severity=Severity.MINOR,
                outline=((300, 450), (400, 450), (400, 550)),
            ),
            LabelledDamage(kind=DamageKind.DENT, severity=Severity.MINOR, outline=((0, 0), (9, 0), (9, 9))),
        ),
    )


@pytest.mark.parametrize(
    ("truth", "said", "verdict"),
    [
        (LEFT, ((LEFT,),), Verdict.RIGHT),
        (LEFT, ((LEFT,), (LEFT,)), Verdict.RIGHT),
        (EITHER, ((LEFT,),), Verdict.RIGHT),
        (LEFT, ((RIGHT,),), Verdict.WRONG),
        (LEFT, ((HOOD,),), Verdict.WRONG),
        (LEFT, ((LEFT,), (HOOD,)), Verdict.WRONG),
        (LEFT, ((EITHER,),), Verdict.OPEN),
        (LEFT, ((LEFT, HOOD),), Verdict.OPEN),
        (LEFT, ((),), Verdict.OPEN),
        (LEFT, (), Verdict.OPEN),
    ],
)
def test_verdict(truth: PartRef, said: tuple[tuple[PartRef, ...], ...], verdict: Verdict) -> None:
    assert Told(truth=truth, said=said, cluster="a").verdict is verdict


@pytest.mark.parametrize(("words", "parts"), [("joint-v0", 2), ("joint-v1", 3)])
def test_people_see_what_the_words_can_say(words: str, parts: int, rulebook: Rulebook) -> None:
    drawn = Drawn(labels=photo(), path=Path("a.jpg"), cluster="a")
    seen = seen_by_people(drawn.labels, labels_of(words))
    assert len(seen) == parts
    [damage] = told_damages(drawn, seen, rulebook.consolidate)
    [region] = told_regions(drawn, seen, rulebook.consolidate)
    assert (damage.verdict, region.verdict) == (Verdict.RIGHT, Verdict.RIGHT)


def test_reports_are_judged_where_they_meet_what_was_drawn(rulebook: Rulebook) -> None:
    drawn = Drawn(labels=photo(), path=Path("a.jpg"), cluster="a")
    labels = labels_of("joint-v1")
    names = [label.name for label in labels]
    rows = [("left_fender", (400, 400, 1040, 800)), ("dent", (590, 440, 810, 560)), ("dent", (1200, 500, 1400, 600))]
    seen = Detections(
        boxes=np.array([box for _, box in rows], dtype=np.float32),
        scores=np.ones(len(rows), dtype=np.float32),
        label_ids=np.array([names.index(name) for name, _ in rows], dtype=np.int64),
        labels=labels,
    )
    [told] = told_reports(drawn, seen, rulebook.consolidate)
    assert (told.truth, told.said, told.verdict) == (LEFT, ((LEFT,),), Verdict.RIGHT)


def test_lines_count_each_damage_in_its_row_and_in_all() -> None:
    told = [Told(truth=LEFT, said=((item,),), cluster=str(n)) for n, item in enumerate((LEFT, LEFT, RIGHT, EITHER))]
    found = {line.row: line for line in lines(told)}
    assert set(found) == {"fender", "all"}
    fender = found["fender"]
    assert (fender.n, fender.right.value, fender.wrong.value, fender.left_open.value) == (4, 0.5, 0.25, 0.25)


def test_layout_is_the_median_in_units_of_the_neighbour() -> None:
    found = layout(photo(number) for number in range(25))
    at, spread = found[Part.FRONT_FENDER][Part.FRONT_DOOR]
    assert at == pytest.approx((-1.0, 0.2, 0.0667, 1.0), abs=1e-3)
    assert spread == (0.01, 0.01, 0.01, 0.01)
    assert "    front_door: {at: [-1.00, 0.20, 0.07, 1.00]" in yaml_lines(found)


def test_too_few_photos_say_nothing() -> None:
    assert not layout(photo(number) for number in range(5))


@dataclass(frozen=True, slots=True)
class People:
    """A detector that sees the parts that were drawn."""

    manifest: Manifest = PAPERS

    def detect(self, _photo: PhotoLike) -> Detections:
        """The same on every photo."""
        return seen_by_people(photo(), self.manifest.labels)

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """The same for many."""
        return map(self.detect, photos)


def test_the_study_counts_what_the_tables_count(tmp_path: Path, rulebook: Rulebook) -> None:
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.zeros((1000, 2000, 3), np.uint8))
    drawn = [Drawn(labels=photo(number), path=path, cluster=str(number)) for number in range(2)]
    made = study(drawn, People(), rulebook.consolidate, "val")
    rows = {(row.title, row.data): (row.counted, row.figures["right"].value) for row in made.rows}
    assert rows == {
        ("fender", "drawn damages"): ("2 damages", 1.0),
        ("all", "drawn damages"): ("2 damages", 1.0),
        ("fender", "drawn regions of damaged parts"): ("2 regions", 1.0),
        ("all", "drawn regions of damaged parts"): ("2 regions", 1.0),
    }
    assert "2 val photos" in made.says
    assert made.papers["detector"] == People().manifest.reference


def test_a_study_of_no_detector_is_refused_before_any_work(tmp_path: Path) -> None:
    study = tmp_path / "study.json"
    words = ["part-check", str(tmp_path), "--prepared", str(tmp_path), "--study", str(study)]
    with pytest.raises(typer.BadParameter, match="--study goes with --model"):
        app(words, standalone_mode=False)
    assert not study.exists()
