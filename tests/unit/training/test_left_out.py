"""What leaving a source out costs, counted on scenes made by hand."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from data.own_labels import LabelledPhoto, write_own_labels
from inference.preprocess import PhotoLike
from inference.testing import Row, detections, shipped_manifest
from model.detections import Detections
from model.errors import ModelError
from model.manifest import Manifest
from model.registry import DEFAULT_MODEL, shipped_weights
from training.__main__ import app
from training.left_out import GroupKept, leave_out, lines, study
from training.prepared import PreparedPhoto, PreparedSet
from training.studies import Study

MANIFEST = shipped_manifest()
SOURCE, OTHER = "damaged_unlabelled", "damage_types"
SETS = ("car_parts", "damage_outlines", "damaged_parts", "damage_types", "damaged_unlabelled", "undamaged")
DENT: Row = ("dent", 0.9, (20.0, 10.0, 100.0, 60.0))
OUTLINE = ((100, 100), (500, 100), (500, 600), (100, 600))
PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Eyes:
    """A detector that finds the dent on the photos of these shades of grey, and nothing else on any."""

    finds: frozenset[int]
    manifest: Manifest = field(default=MANIFEST)
    row: Row = DENT

    def detect(self, photo: PhotoLike) -> Detections:
        """The dent, or nothing."""
        return detections(self.manifest, [self.row] if int(photo.pixels[0, 0, 0]) in self.finds else [])

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """The same for many."""
        return map(self.detect, photos)


def _picture(root: Path, folder: str, number: int) -> bytes:
    path = root / folder / "images" / f"{number}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((100, 200, 3), 10 * number + 5 * (folder == OTHER), np.uint8))
    return path.read_bytes()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Six photos of the source, the last one a training photo, and as many of another set."""
    for folder in SETS:
        count = PHOTOS if folder in (SOURCE, OTHER) else 1
        images = []
        for number in range(count):
            _picture(tmp_path, folder, number)
            split = "train" if number == PHOTOS - 1 else "val"
            size = {"width": 200, "height": 100, "group": f"g{number}", "split": split}
            images.append({"id": number, "file_name": f"{number}.png", **size})
        content = {"images": images, "annotations": [], "categories": []}
        (tmp_path / folder / "annotations.json").write_text(json.dumps(content), "utf-8")
    return tmp_path


def _own(root: Path, *folders: str) -> Mapping[str, LabelledPhoto]:
    found = {}
    for folder in folders:
        for number in range(PHOTOS):
            sha256 = hashlib.sha256(_picture(root, folder, number)).hexdigest()
            damage = {"part": "hood", "kind": "dent", "severity": "minor", "outline": OUTLINE}
            content = {"sha256": sha256, "folder": folder, "file": f"{number}.png", "width": 200, "height": 100}
            found[sha256] = LabelledPhoto.model_validate({**content, "view": "part", "damages": [damage]})
    return found


def _prepared(own: Mapping[str, LabelledPhoto], *, held_out: bool = False) -> PreparedSet:
    """Two photos of a folder are one cluster, the fifth is a test photo, the last a training photo."""
    photos = [
        PreparedPhoto(
            path=f"{item.folder}/images/{item.file}",
            sha256=item.sha256,
            scope="own",
            cluster=f"{item.folder}{number // 2}",
            split="train" if number == PHOTOS - 1 else "test" if number == PHOTOS - 2 else "val",
            width=200,
            height=100,
        )
        for number, item in ((int(item.file.removesuffix(".png")), item) for item in own.values())
    ]
    kept = tuple(photo for photo in photos if not (held_out and photo.split == "train"))
    return PreparedSet(recipe="r", labels=MANIFEST.label_names, scopes={"own": MANIFEST.label_names}, photos=kept)


def _groups(without: frozenset[int], with_source: frozenset[int], root: Path) -> dict[str, GroupKept]:
    own = _own(root, SOURCE, OTHER)
    found = leave_out(Eyes(without), Eyes(with_source), SOURCE, root, own, _prepared(own), draws=200)
    assert (found.source, found.photos, found.clusters) == (SOURCE, 4, 2)
    return {f"{item.figure} {item.group}": item for item in found.groups}


def test_only_validation_photos_of_the_source_count_and_the_share_is_of_them(root: Path) -> None:
    """The source's photos are 0, 10, … 50 of grey: the twin finds four dents of four, the other two of four."""
    dent = _groups(frozenset({0, 20, 40, 5, 15}), frozenset({0, 10, 20, 30, 40, 50}), root)["AP50 damage"]
    assert dent.boxes == 4
    assert dent.without.value == pytest.approx(51 / 101)
    assert dent.with_source.value == pytest.approx(1.0)
    assert dent.share is not None
    assert dent.share.value == pytest.approx(51 / 101)
    assert dent.share.low <= dent.share.value <= dent.share.high


def test_the_draws_are_paired(root: Path) -> None:
    """Each alone is unsure of its AP; that two equals are equal is sure."""
    same = frozenset({0, 10})
    dent = _groups(same, same, root)["AP50 damage"]
    assert dent.share is not None
    assert dent.without.low < dent.without.high
    assert (dent.share.value, dent.share.low, dent.share.high) == (1.0, 1.0, 1.0)


def test_of_nothing_no_share_is_kept(root: Path) -> None:
    dent = _groups(frozenset({0}), frozenset(), root)["AP50 damage"]
    assert (dent.with_source.value, dent.share) == (0.0, None)


def test_the_prepared_set_of_either_gives_the_same(root: Path) -> None:
    own = _own(root, SOURCE)
    pair = Eyes(frozenset({0})), Eyes(frozenset({0, 10}))
    one, other = (
        leave_out(*pair, SOURCE, root, own, _prepared(own, held_out=held), draws=20) for held in (True, False)
    )
    assert one == other


def test_the_table_names_every_group_with_its_intervals(root: Path) -> None:
    own = _own(root, SOURCE)
    eyes = Eyes(frozenset({0, 10, 20, 30}))
    head, _, columns, _, *rows = lines(leave_out(eyes, Eyes(frozenset()), SOURCE, root, own, _prepared(own), draws=20))
    assert "4 validation photos, 2 clusters" in head
    assert columns.count("|") == 6
    assert "| AP50 damage | 4 | 1.000 (1.000 to 1.000) | 0.000 (0.000 to 0.000) | – |" in rows


def test_a_source_without_labelled_validation_photos_is_refused(root: Path) -> None:
    own, eyes = _own(root, OTHER), Eyes(frozenset())
    with pytest.raises(ModelError, match="no validation photo of damaged_unlabelled") as caught:
        leave_out(eyes, eyes, SOURCE, root, own, _prepared(own))
    assert caught.value.code == "model.data_unreadable"


def test_detectors_of_other_labels_are_refused(root: Path) -> None:
    own = _own(root, SOURCE)
    fewer = MANIFEST.model_copy(update={"labels": MANIFEST.labels[:-1]})
    with pytest.raises(ModelError) as caught:
        leave_out(Eyes(frozenset()), Eyes(frozenset(), fewer), SOURCE, root, own, _prepared(own))
    assert caught.value.code == "model.labels_mismatch"


def test_ap_is_the_mean_over_ious_and_ap50_is_not(root: Path) -> None:
    """A report that overlaps the drawn box by .75 is a hit at six of the ten IoUs."""
    own, every = _own(root, SOURCE), frozenset({0, 10, 20, 30})
    loose = Eyes(every, row=("dent", 0.9, (20.0, 10.0, 80.0, 60.0)))
    found = leave_out(loose, Eyes(every), SOURCE, root, own, _prepared(own), draws=20).groups
    shares = {item.figure: item.share.value for item in found if item.group == "damage" and item.share}
    assert shares == {"AP50": pytest.approx(1.0), "AP": pytest.approx(0.6)}


def test_the_study_holds_what_the_table_says(root: Path) -> None:
    own = _own(root, SOURCE)
    eyes = Eyes(frozenset({0, 20})), Eyes(frozenset({0, 10, 20, 30}))
    found = leave_out(*eyes, SOURCE, root, own, _prepared(own), draws=20)
    made = study(found)
    assert made.columns == ("left out", "learned", "share kept")
    row = next(row for row in made.rows if row.title == "AP damage")
    assert (row.data, row.counted) == ("damaged_unlabelled, left out", "4 boxes")
    kept = next(item for item in found.groups if (item.figure, item.group) == ("AP", "damage")).share
    assert kept is not None
    assert row.figures["share kept"].value == round(kept.value, 4)
    assert "short runs" not in made.says, "nobody said how long they were"
    assert made.papers == {"without": MANIFEST.reference, "with": MANIFEST.reference}


def test_the_command_prints_the_table(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, model = _own(root, SOURCE), str(shipped_weights() / DEFAULT_MODEL)
    write_own_labels(own.values(), root / "labels.jsonl")
    _prepared(own).write(root / "prepared")
    options = {"--source": SOURCE, "--data": root, "--prepared": root / "prepared", "--labels": root / "labels.jsonl"}
    words = [*(str(word) for pair in options.items() for word in pair), "--study", str(root / "study.json")]
    app(["leave-out", model, model, *words], standalone_mode=False)
    assert "**damaged_unlabelled**, own labels: 4 validation photos" in capsys.readouterr().out
    assert Study.read(root / "study.json").name == "left-out-damaged_unlabelled"
