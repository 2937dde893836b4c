"""Sets become one set in the detector's labels, checked, split and told about."""

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import cv2
import pytest
from PIL import Image

from data.own_labels import LabelledPhoto
from inference.fingerprint import sha256
from model.errors import ModelError
from training.fingerprints import FILE, Fingerprints
from training.prepare import prepare
from training.prepare_folder import write
from training.prepared import PreparedPhoto, PreparedSet
from training.recipe import Recipe

DRAW, MAKE = Callable[..., Path], Callable[..., Recipe]
TYPES = {"folder": "damage_types", "teaches": {"minor-dent": ["dent"], "minor-scratch": ["scratch"]}}
PARTS = {"folder": "car_parts", "teaches": {"hood": ["hood"]}, "negatives": ["scratch"], "repeat": 2}
CLEAN = {"folder": "undamaged", "negatives": ["scratch", "dent"]}
SILENT = {"folder": "damaged_unlabelled"}


def _drawn(photo: PreparedPhoto) -> list[tuple[str, tuple[float, ...]]]:
    return [(item.label, item.box) for item in photo.drawn]


def _own(root: Path, name: str, **drawn: Any) -> dict[str, LabelledPhoto]:
    digest = sha256((root / name).read_bytes())
    folder, _, file = name.split("/")
    content = {"sha256": digest, "folder": folder, "file": file, "width": 96, "height": 64, "view": "part", **drawn}
    return {digest: LabelledPhoto.model_validate(content)}


def test_boxes_come_in_the_detectors_labels(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=[("minor-dent", 10, 10, 20, 20)], group="g"))
    draw("undamaged", photo(name="a.png", seed=2, split="val"))
    draw("damaged_unlabelled", photo(name="a.png", seed=3))
    prepared = prepare(recipe(TYPES, CLEAN, SILENT), root).prepared
    first, clean = prepared.photos
    assert (first.path, first.scope, first.split) == ("damage_types/images/a.png", "damage_types", "train")
    assert _drawn(first) == [("dent", (10, 10, 30, 30))]
    assert (clean.path, clean.split, clean.drawn) == ("undamaged/images/a.png", "val", ())
    taught = dict(zip(prepared.labels, prepared.taught(clean), strict=True))
    assert {label for label, says in taught.items() if says} == {"scratch", "dent"}


def test_a_copy_across_sets_is_held_out_and_told(draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, group="g"), photo(name="b.png", seed=2, group="g"))
    draw("undamaged", photo(name="a.png", seed=1, mirrored=True, split="val"), photo(name="b.png", seed=3))
    report = write(recipe(TYPES, CLEAN), root, tmp_path / "out", settle_leaks=True)
    prepared = PreparedSet.read(tmp_path / "out")
    assert [item.split for item in prepared.photos] == ["val", "val", "val", "train"]
    (leak,) = report.leaks
    assert (leak.settled, len(leak.photos)) == ("val", 3)
    assert report.shared.count == 1
    assert {(item.folder, item.split): item.photos for item in report.photos} == {
        ("damage_types", "val"): 2,
        ("undamaged", "train"): 1,
        ("undamaged", "val"): 1,
    }


DENT = ("minor-dent", 10, 10, 20, 20)
SCRATCH = ("minor-scratch", 1, 1, 9, 9)


def test_a_file_that_a_set_has_twice_is_kept_once_with_its_first_boxes(
    draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path
) -> None:
    """Even though the copy that goes is the one held out: the picture stays on that side."""
    root = draw(
        "damage_types",
        photo(name="a.png", seed=1, boxes=[DENT, SCRATCH]),
        photo(name="b.png", seed=2, boxes=[DENT]),
        photo(name="c.png", seed=1, boxes=[SCRATCH, DENT], split="val"),
        photo(name="d.png", seed=2, boxes=[SCRATCH]),
    )
    draw("undamaged", photo(name="e.png", seed=2))
    report = write(recipe(TYPES, CLEAN), root, tmp_path / "out", settle_leaks=True)
    first, second, elsewhere = PreparedSet.read(tmp_path / "out").photos
    assert [(item.path[-5:], item.split) for item in (first, second, elsewhere)] == [
        ("a.png", "val"),
        ("b.png", "train"),
        ("e.png", "train"),
    ]
    assert [label for label, _ in _drawn(second)] == ["dent"]
    folder = "damage_types/images"
    assert report.copies.first == (
        f"{folder}/c.png is {folder}/a.png, the same boxes",
        f"{folder}/d.png is {folder}/b.png, other boxes",
    )
    assert "d.png is" in (tmp_path / "out" / "report.html").read_text()


PART = {"part": "front_fender", "side": "left", "box": [0, 0, 500, 500]}
DAMAGE = {"part": "hood", "kind": "dent", "severity": "minor", "outline": [[100, 0], [200, 0], [200, 500]]}


def test_own_labels_replace_those_of_a_set(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=[("minor-scratch", 1, 1, 9, 9)]))
    own = _own(root, "damage_types/images/a.png", parts=[PART], damages=[DAMAGE], others=[[500, 500, 1000, 1000]])
    (made,) = prepare(recipe(TYPES, own_labels=True, own_repeat=3), root, own=own).prepared.photos
    dent = (9.6, 0, 19.2, 32)
    assert _drawn(made) == [("left_fender", (0, 0, 48, 32)), ("dent", dent), ("damaged_Bonnet", dent)]
    assert (made.scope, made.repeat, made.others) == ("own", 3, ((48, 32, 96, 64),))


def test_a_set_keeps_the_groups_that_it_is_told_to(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=[("minor-dent", 10, 10, 20, 20)]))
    own = _own(root, "damage_types/images/a.png", parts=[PART], damages=[DAMAGE])
    dents_only = {"folder": "damage_types", "teaches": {"minor-dent": ["dent"]}, "keeps": ["damage"]}
    prepared = prepare(recipe(dents_only, own_labels=True), root, own=own).prepared
    (made,) = prepared.photos
    assert made.scope == "own_damage_types"
    assert [label for label, _ in _drawn(made)] == ["dent", "left_fender", "damaged_Bonnet"]
    assert _drawn(made)[0] == ("dent", (10, 10, 30, 30)), "the set's dent, not the one drawn here"
    taught = dict(zip(prepared.labels, prepared.taught(made), strict=True))
    assert (taught["dent"], taught["hood"], taught["damaged_Door"]) == (True, True, True)
    assert not taught["scratch"], "the set does not say whether there is a scratch"


def test_a_source_held_out_is_validated_on_and_never_trained_on(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    """Neither by its own labels nor by this project's; a copy of a validation photo leaves training too."""
    dent = [("minor-dent", 10, 10, 20, 20)]
    sides = {"a": "train", "b": "train", "c": "val", "d": "test"}
    root = draw(
        "damage_types", *(photo(name=f"{n}.png", seed=ord(n), boxes=dent, split=side) for n, side in sides.items())
    )
    draw("undamaged", photo(name="a.png", seed=9), photo(name="c.png", seed=ord("c"), mirrored=True))
    own = _own(root, "damage_types/images/b.png", damages=[DAMAGE])

    def prepared(**changes: Any) -> PreparedSet:
        source = {**TYPES, **changes}
        return prepare(recipe(source, CLEAN, own_labels=True), root, own=own, settle_leaks=True).prepared

    trained, held_out = prepared(), prepared(held_out=True)
    assert {item.path for item in trained.photos} - {item.path for item in held_out.photos} == {
        "damage_types/images/a.png",
        "damage_types/images/b.png",
    }
    assert [item.path for item in held_out.of("train")] == ["undamaged/images/a.png"]
    assert [held_out.of(side) for side in ("val", "test")] == [trained.of(side) for side in ("val", "test")]
    assert held_out.scopes == trained.scopes


def test_on_car_parts_own_labels_add_to_the_sets(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("car_parts", photo(name="a.png", seed=1, boxes=[("hood", 1, 1, 9, 9)]))
    own = _own(root, "car_parts/images/a.png", parts=[PART])
    prepared = prepare(recipe(PARTS, own_labels=True), root, own=own).prepared
    (made,) = prepared.photos
    assert _drawn(made) == [("hood", (1, 1, 10, 10)), ("left_fender", (0, 0, 48, 32))]
    taught = dict(zip(prepared.labels, prepared.taught(made), strict=True))
    assert (made.scope, made.repeat) == ("own_parts", 2)
    assert (taught["roof"], taught["scratch"], taught["dent"]) == (True, True, False)


def test_own_labels_bring_in_a_photo_that_its_set_says_nothing_about(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damaged_unlabelled", photo(name="a.png", seed=1), photo(name="b.png", seed=2))
    own = _own(root, "damaged_unlabelled/images/b.png", damages=[DAMAGE])
    assert [item.path[-5:] for item in prepare(recipe(SILENT, own_labels=True), root, own=own).prepared.photos] == [
        "b.png"
    ]
    assert not prepare(recipe(SILENT), root, own=own).prepared.photos


def test_a_side_that_nobody_can_tell_leaves_both_labels_open(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1))
    unknown = [{**PART, "side": "unknown"}, {"part": "wheel", "side": "unknown", "box": [0, 0, 99, 99]}]
    own = _own(root, "damage_types/images/a.png", parts=unknown)
    prepared = prepare(recipe(TYPES, own_labels=True), root, own=own).prepared
    (made,) = prepared.photos
    assert made.untaught == ("left_fender", "right_fender")
    assert [label for label, _ in _drawn(made)] == ["wheel"]
    untaught = [label for label, says in zip(prepared.labels, prepared.taught(made), strict=True) if not says]
    assert sorted(untaught) == ["left_fender", "right_fender"]


def test_damages_on_one_part_are_one_damaged_region(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1))
    other = {**DAMAGE, "kind": "scratch", "outline": [[500, 500], [600, 500], [600, 750]]}
    own = _own(root, "damage_types/images/a.png", damages=[DAMAGE, other])
    (made,) = prepare(recipe(TYPES, own_labels=True), root, own=own).prepared.photos
    drawn = dict(_drawn(made))
    assert list(drawn) == ["dent", "scratch", "damaged_Bonnet"]
    assert drawn["damaged_Bonnet"] == pytest.approx((9.6, 0, 57.6, 48))


def test_a_damage_on_no_part_leaves_all_damaged_parts_open(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1))
    partless = {key: value for key, value in DAMAGE.items() if key != "part"}
    own = _own(root, "damage_types/images/a.png", damages=[partless])
    prepared = prepare(recipe(TYPES, own_labels=True), root, own=own).prepared
    (made,) = prepared.photos
    assert [label for label, _ in _drawn(made)] == ["dent"]
    assert set(made.untaught) == {label for label in prepared.labels if label.startswith("damaged_")}


def test_the_report_counts_what_was_settled(draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path) -> None:
    boxes = [("minor-dent", -1, 10, 20, 20), ("minor-scratch", 80, 40, 16, 24)]
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=boxes), photo(name="b.png", seed=2))
    partless = {key: value for key, value in DAMAGE.items() if key != "part"}
    own = _own(root, "damage_types/images/b.png", parts=[{**PART, "side": "unknown"}], damages=[partless])
    gone = {"0" * 64: next(iter(own.values())).model_copy(update={"sha256": "0" * 64, "file": "gone.png"})}
    report = write(recipe(TYPES, own_labels=True), root, tmp_path / "out", own=own | gone)
    name = "damage_types/images/a.png"
    assert report.clipped.first == (f"{name}: minor-dent [-1.0, 10.0, 19.0, 30.0]",)
    assert report.unusable.count == 0
    assert report.unknown_sides.first == ("damage_types/images/b.png: front_fender",)
    assert report.partless.first == ("damage_types/images/b.png: minor dent",)
    assert report.unmatched.first == ("damage_types/gone.png",)
    labels = {(item.label, item.scope): item.boxes for item in report.labels}
    assert labels == {("dent", "damage_types"): 1, ("scratch", "damage_types"): 1, ("dent", "own"): 1}
    scratch = next(item for item in report.sizes if item.label == "scratch")
    assert (scratch.median, scratch.bars) == (0.25, (0, 0, 0, 0, 1, 0))
    assert PreparedSet.read(tmp_path / "out").photos[0].drawn[0].box == (0, 10, 19, 30)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["clipped"]["count"] == 1
    html = (tmp_path / "out" / "report.html").read_text()
    assert html.count("data:image/jpeg;base64,") == 2
    assert "gone.png" in html


def test_a_second_time_is_the_same_and_reads_no_photo(draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path) -> None:
    root = draw("damage_types", *(photo(name=f"{n}.png", seed=n) for n in range(3)))
    out = tmp_path / "out"
    first = write(recipe(TYPES), root, out)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    remembered = out / FILE
    remembered.write_bytes(b"".join(sorted(before[FILE].splitlines(True), reverse=True)[:2]) + b'{"path": "killed he')
    assert write(recipe(TYPES), root, out) == first
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    known = Fingerprints(root, remembered)
    path = root / "damage_types" / "images" / "0.png"
    assert known.of(path) is known.known["damage_types/images/0.png"]
    path.write_bytes((root / "damage_types" / "images" / "1.png").read_bytes() + b"\0")
    changed, other = known.of(path), known.of(path.with_name("1.png"))
    assert changed is not None
    assert other is not None
    assert (changed.hashes, changed.sha256 == other.sha256) == (other.hashes, False)


def _spoil(root: Path, name: str, how: str) -> None:
    path = root / name
    if how == "no such file":
        path.unlink()
    elif how == "cannot be decoded":
        path.write_bytes(b"no picture")
    else:
        Image.new("RGB", (30, 20)).save(path)


@pytest.mark.parametrize("how", ["no such file", "cannot be decoded", "stated as 96 x 64, the file is 30 x 20"])
def test_files_that_do_not_fit_are_refused(how: str, draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", *(photo(name=f"{n:02}.png", seed=n) for n in range(12)))
    for number in range(1, 12):
        _spoil(root, f"damage_types/images/{number:02}.png", how)
    with pytest.raises(ModelError, match=f"11 faults, the first 10: damage_types/images/01.png: {how}; ") as caught:
        prepare(recipe(TYPES), root)
    assert caught.value.code == "model.data_unreadable"
    assert len(tuple(caught.value.facts["first"])) == 10  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"boxes": [("minor-broken", 1, 1, 5, 5)]}, "label 'minor-broken' is not in the recipe"),
        ({"boxes": [("minor-dent", 90, 1, 9, 5)]}, r"box \(90.0, 1.0, 99.0, 6.0\) is outside the picture of 96 x 64"),
        ({"boxes": [("minor-dent", float("nan"), 1, 9, 5)]}, "box .* is outside the picture"),
        ({"split": "holdout"}, "split 'holdout' is none of train, val, test"),
    ],
)
def test_faulty_annotations_are_refused(
    changes: dict[str, Any], fault: str, draw: DRAW, photo: Any, recipe: MAKE
) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, **changes))
    with pytest.raises(ModelError, match=f"1 fault: damage_types/images/a.png: {fault}") as caught:
        prepare(recipe(TYPES), root)
    assert caught.value.code == "model.data_unreadable"


@pytest.mark.parametrize("wrong", [{"teaches": {"minor-dent": ["dint"]}}, {"negatives": ["dint"]}])
def test_labels_that_the_detector_lacks_are_refused(
    wrong: dict[str, Any], draw: DRAW, photo: Any, recipe: MAKE
) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1))
    with pytest.raises(ModelError, match="1 fault: damage_types: the recipe teaches 'dint'"):
        prepare(recipe({"folder": "damage_types", **wrong}), root)


def test_own_labels_of_another_size_are_refused(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1))
    own = _own(root, "damage_types/images/a.png", width=100)
    with pytest.raises(ModelError, match="our own labels: stated as 100 x 64, the file is 96 x 64"):
        prepare(recipe(TYPES, own_labels=True), root, own=own)


def test_other_formats_are_prepared_too(tmp_path: Path, photo: Any, recipe: MAKE) -> None:
    folder = tmp_path / "sets" / "damage_types"
    for name in ("images/train", "labels/train"):
        (folder / name).mkdir(parents=True)
    cv2.imwrite(str(folder / "images" / "train" / "a.png"), photo(name="a.png", seed=1).pixels)
    (folder / "labels" / "train" / "a.txt").write_text("0 .5 .5 .25 .25", "utf-8")
    (folder / "data.yaml").write_text("names: [minor-dent]", "utf-8")
    (made,) = prepare(recipe(TYPES), tmp_path / "sets").prepared.photos
    assert (made.path, _drawn(made)) == ("damage_types/images/train/a.png", [("dent", (36, 24, 60, 40))])


def test_the_label_of_a_via_set_can_be_said_in_the_recipe(tmp_path: Path, photo: Any, recipe: MAKE) -> None:
    folder = tmp_path / "sets" / "damage_types"
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "a.png"), photo(name="a.png", seed=1).pixels)
    shape = {"name": "rect", "x": 10, "y": 10, "width": 20, "height": 20}
    region = {"shape_attributes": shape, "region_attributes": {"who": "me", "what": "minor-dent"}}
    (folder / "via_region_data.json").write_text(json.dumps({"a": {"filename": "a.png", "regions": [region]}}), "utf-8")
    with pytest.raises(ModelError, match="which attribute is the label: what, who"):
        prepare(recipe(TYPES), tmp_path / "sets")
    (made,) = prepare(recipe({**TYPES, "form": "via", "attribute": "what"}), tmp_path / "sets").prepared.photos
    assert _drawn(made) == [("dent", (10, 10, 30, 30))]


def test_a_picture_on_two_sides_is_refused_by_name_unless_leaks_are_to_be_settled(
    draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path
) -> None:
    root = draw("damage_types", *(photo(name=f"{i}.png", seed=i) for i in range(12)))
    draw("undamaged", *(photo(name=f"{i}.png", seed=i, mirrored=True, split="val") for i in range(12)))
    with pytest.raises(ModelError, match="12 faults, the first 10") as caught:
        write(recipe(TYPES, CLEAN), root, tmp_path / "out")
    assert caught.value.code == "model.data_leaks"
    assert "damage_types/images/0.png (train) and undamaged/images/0.png (val)" in str(caught.value)
    assert not (tmp_path / "out" / "set.json").exists()
    report = write(recipe(TYPES, CLEAN), root, tmp_path / "out", settle_leaks=True)
    assert {item.split for item in PreparedSet.read(tmp_path / "out").photos} == {"val"}
    assert [leak.settled for leak in report.leaks] == ["val"] * 12


def test_a_killed_prepare_leaves_the_old_set_none_or_the_new_one(
    draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path, survives: Callable[[int, Callable[[], object]], bool]
) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1))
    made = recipe(TYPES)
    old = prepare(made, root).prepared
    new = prepare(recipe(TYPES, CLEAN), draw("undamaged", photo(name="b.png", seed=2))).prepared
    assert old.photos != new.photos
    assert old.scopes != new.scopes
    found: list[PreparedSet | None] = []
    for deadly in range(1, 100):
        folder = tmp_path / f"set-{deadly}"
        old.write(folder)
        done = survives(deadly, lambda folder=folder: new.write(folder))
        found.append(_read(folder))
        if done:
            break
    states = [state for state, _ in groupby(found)]
    assert states in ([old, None, new], [None, new])


def _read(folder: Path) -> PreparedSet | None:
    """None where it is refused, and not where it is another."""
    try:
        return PreparedSet.read(folder)
    except ModelError as error:
        if error.code != "model.data_unreadable":
            raise
        return None


def test_a_set_is_read_as_it_was_written(tmp_path: Path) -> None:
    photos: Sequence[PreparedPhoto] = [
        PreparedPhoto(path=name, sha256=name, scope="s", cluster=name, split=split, width=9, height=9, untaught=("a",))
        for name, split in (("x", "train"), ("y", "val"))
    ]
    prepared = PreparedSet(recipe="r", labels=("a", "b"), scopes={"s": ("a", "b")}, photos=tuple(photos))
    prepared.write(tmp_path)
    assert PreparedSet.read(tmp_path) == prepared
    assert [photo.path for photo in prepared.of("val")] == ["y"]
    (tmp_path / "photos.jsonl").write_text('{"path": 3}\n', "utf-8")
    with pytest.raises(ModelError) as caught:
        PreparedSet.read(tmp_path)
    assert caught.value.code == "model.data_unreadable"
