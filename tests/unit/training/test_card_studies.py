"""The card's own studies, counted on scenes made by hand, and once with the shipped detector on drawn pictures."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from data.datasets import AnnotatedPhoto, Annotation
from inference.testing import Row, detections, shipped_manifest
from model.findings import Box
from model.registry import DEFAULT_MODEL, shipped_weights
from training import card_copy, card_hard, card_sizes
from training.card_commands import card_studies
from training.evaluation_sets import HARD, Observed, PhotoSet, Shows
from training.judging import Judged, Scope
from training.prepared import PreparedSet
from training.studies import DETECTOR, Study, studies_about

MANIFEST = shipped_manifest()
TYPES = Scope(folder="damage_types", split="val", labels={"minor-dent": "dent"}, damages=frozenset({"minor-dent"}))
PARTS = Scope(folder="own", split="val", labels={"hood": "hood"})
CLEAN = Scope(folder="undamaged", split="val", labels={}, name=HARD)
HERE: Box = (10.0, 10.0, 90.0, 90.0)
SMALL: Box = (120.0, 10.0, 126.0, 16.0)
DENT, MISSED = ("dent", 0.9, HERE), ("dent", 0.9, (110.0, 10.0, 190.0, 90.0))


def _observed(
    scope: Scope,
    rows: Sequence[Sequence[Row]],
    drawn: Sequence[tuple[str, Box]] = (),
    group: str = "",
    root: Path = Path(),
) -> Observed:
    """A set whose photos, 200 x 100 pixels, all show what is ``drawn``; ``group``: of all, else each has its own."""
    items = [
        Judged(
            photo=AnnotatedPhoto(
                path=root / scope.folder / "images" / f"{number}.png",
                width=200,
                height=100,
                split="val",
                group=group or f"{scope.folder}{number}",
                annotations=tuple(Annotation(label=label, box=box) for label, box in drawn),
            ),
            detections=detections(MANIFEST, seen),
        )
        for number, seen in enumerate(rows)
    ]
    shows: Shows = "no damage" if scope is CLEAN else "either"
    source = PhotoSet(scope=scope, photos=tuple(item.photo for item in items), shows=shows, stated={})
    return Observed(source=source, judged=tuple(items))


def _values(study: Study | None) -> dict[tuple[str, str], tuple[float, int]]:
    assert study is not None
    return {(item.name, item.data): (item.value, item.n) for item in study.figures}


def test_what_the_copy_loses_is_counted_on_the_photos_that_judge_a_group() -> None:
    """The copy misses one dent of two; the bonnets, in another set, it finds as the full network does."""
    boxes, hoods = [("minor-dent", HERE)], _observed(PARTS, [[("hood", 0.9, HERE)]] * 3, [("hood", HERE)])
    full = [hoods, _observed(TYPES, [[DENT], [DENT]], boxes)]
    copy = [hoods, _observed(TYPES, [[DENT], [MISSED]], boxes)]
    found = _values(card_copy.study(full, copy, MANIFEST, draws=20))
    lost = 50 / 101
    assert found["AP50 damage: lost", card_copy.DATA] == (pytest.approx(lost, abs=1e-4), 2)
    assert found["AP damage: lost", card_copy.DATA][0] == pytest.approx(lost, abs=1e-4)
    assert found["AP50 damage of any kind: lost", card_copy.DATA][0] == pytest.approx(lost, abs=1e-4)
    assert found["AP50 part: lost", card_copy.DATA] == (0.0, 3)
    assert not any(name.startswith("AP50 damaged_part") for name, _ in found)


def test_photos_of_one_group_are_drawn_together_beside_those_of_other_sets() -> None:
    """Drawn or not drawn, near-copies of one picture say the same: their loss has no width."""
    boxes, hoods = [("minor-dent", HERE)], _observed(PARTS, [[]] * 5, [("hood", HERE)])
    full = [hoods, _observed(TYPES, [[DENT], [DENT]], boxes, group="one")]
    copy = [hoods, _observed(TYPES, [[DENT], [MISSED]], boxes, group="one")]
    study = card_copy.study(full, copy, MANIFEST, draws=50)
    assert study is not None
    (lost,) = [item for item in study.figures if item.name == "AP50 damage: lost"]
    assert lost.low == lost.value == lost.high > 0
    assert "7 validation photos (6 groups of near-copies)" in study.says


def test_a_size_with_too_few_boxes_is_left_out_and_a_box_counts_at_every_overlap() -> None:
    """Ten large dents, the reports shifted so that they overlap by two thirds: right at .50 to .65, wrong above."""
    shifted: Row = ("dent", 0.9, (26.0, 10.0, 106.0, 90.0))
    ten = _observed(TYPES, [[shifted]] * 10, [("minor-dent", HERE)])
    assert _values(card_sizes.study([ten], MANIFEST, draws=10)) == {
        ("damage, large: AP", "damage_types val"): (pytest.approx(0.4), 10),
        ("damage of any kind, large: AP", "damage_types val"): (pytest.approx(0.4), 10),
    }
    few = _observed(TYPES, [[DENT]] * 9, [("minor-dent", HERE), ("minor-dent", SMALL)])
    assert card_sizes.study([few], MANIFEST, draws=10) is None


def test_hard_photos_count_under_each_of_their_reasons(tmp_path: Path) -> None:
    hard = _observed(CLEAN, [[DENT], [], []], root=tmp_path)
    for number, item in enumerate(hard.judged):
        item.photo.path.parent.mkdir(parents=True, exist_ok=True)
        item.photo.path.write_bytes(bytes([number]))
    hashes = [hashlib.sha256(bytes([number])).hexdigest() for number in range(3)]
    reasons = dict(zip(hashes, [("reflection", "open_door"), ("open_door",), ("foam",)], strict=True))
    study = card_hard.study(hard, reasons, MANIFEST, draws=10)
    assert _values(study) == {
        ("foam: flagged", HARD): (0.0, 1),
        ("open door: flagged", HARD): (0.5, 2),
        ("reflection: flagged", HARD): (1.0, 1),
    }
    assert {item.better for item in study.figures} == {"lower"}


def test_the_command_writes_studies_of_the_shipped_detector(
    draw: Any, photo: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On drawn pictures, of which the prepared set knows none: all are unseen."""
    boxes = [("minor-dent", 4, 4, 20, 20)]
    draw("damage_types", *(photo(name=f"{i}.png", seed=i, split="val", boxes=boxes) for i in range(10)))
    draw("car_parts", *(photo(name=f"p{i}.png", seed=20 + i, boxes=[("hood", 5, 5, 40, 40)]) for i in range(4)))
    for number, folder in enumerate(("damage_outlines", "damaged_parts", "damaged_unlabelled", "undamaged")):
        root = draw(folder, photo(name="d.png", seed=30 + number, split="val"))
    labels, prepared, out = tmp_path / "labels.jsonl", tmp_path / "set", tmp_path / "studies"
    labels.write_text("", "utf-8")
    prepared.mkdir()
    PreparedSet(recipe="0" * 64, labels=(), scopes={}).write(prepared)
    model = shipped_weights() / DEFAULT_MODEL
    card_studies(data=root, prepared=prepared, out=out, model=model, labels=labels)
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(path.name for path in written) == ["by-size.json", "eight-bits.json"]
    told = studies_about(shipped_manifest(DEFAULT_MODEL), written)
    assert all(study.papers[DETECTOR] for study in told)
    assert {item.data for study in told for item in study.figures} == {"damage_types val", card_copy.DATA}
