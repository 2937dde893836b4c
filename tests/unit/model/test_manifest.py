"""The manifest refuses everything that it cannot vouch for."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.errors import ModelError
from model.manifest import FileRef, Manifest
from model.papers import Quantised, QuantisedFigure
from model.registry import DEFAULT_MODEL, MANIFEST, shipped_weights
from model.vocabulary import LabelGroup, Part, Side

FIRST = "joint-v0"
"""Its manifest has no seal, so single lines of it can be spoiled."""
SHIPPED = shipped_weights() / FIRST / MANIFEST


@pytest.fixture
def content() -> Any:
    return json.loads(SHIPPED.read_text("utf-8"))


def _read(content: Any, folder: Path) -> Manifest:
    path = folder / MANIFEST
    path.write_text(json.dumps(content), "utf-8")
    return Manifest.read(path)


def test_shipped_manifest_names_28_labels_in_three_groups() -> None:
    manifest = Manifest.read(SHIPPED)
    counts = {group: sum(label.group is group for label in manifest.labels) for group in LabelGroup}
    assert counts == {LabelGroup.PART: 18, LabelGroup.DAMAGE: 3, LabelGroup.DAMAGED_PART: 7}


def test_shipped_thresholds_come_from_the_report() -> None:
    manifest = Manifest.read(SHIPPED)
    assert manifest.thresholds is not None
    assert [item.threshold for item in manifest.thresholds.labels] == [label.threshold for label in manifest.labels]


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("front_glass", {(Part.WINDSHIELD, Side.NONE)}),
        ("back_left_light", {(Part.TAILLIGHT, Side.LEFT)}),
        ("trunk", {(Part.TRUNK_LID, Side.NONE)}),
        ("wheel", {(Part.WHEEL, Side.UNKNOWN)}),
        ("damaged_Bumper", {(Part.FRONT_BUMPER, Side.NONE), (Part.REAR_BUMPER, Side.NONE)}),
        ("damaged_Fender", {(Part.FRONT_FENDER, Side.UNKNOWN), (Part.QUARTER_PANEL, Side.UNKNOWN)}),
        ("damaged_Windshield", {(Part.WINDSHIELD, Side.NONE), (Part.BACK_GLASS, Side.NONE)}),
    ],
)
def test_labels_mean_what_the_sources_annotate(name: str, meaning: set[tuple[Part, Side]]) -> None:
    label = next(label for label in Manifest.read(SHIPPED).labels if label.name == name)
    assert {(item.part, item.side) for item in label.parts} == meaning


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    manifest = Manifest.read(SHIPPED)
    (tmp_path / MANIFEST).write_text(manifest.to_json(), "utf-8")
    assert Manifest.read(tmp_path / MANIFEST) == manifest


def _surplus(content: Any) -> None:
    content["colour"] = "red"


def _unknown_part(content: Any) -> None:
    content["labels"][0]["parts"][0]["part"] = "bonnet"


def _side_on_a_hood(content: Any) -> None:
    content["labels"][12]["parts"][0]["side"] = "left"


def _twice(content: Any) -> None:
    content["labels"].append(content["labels"][0])


def _path_outside(content: Any) -> None:
    content["weights"]["file"] = "../other.onnx"


def _size_off_stride(content: Any) -> None:
    content["input"]["size"] = 500


def _threshold_off_report(content: Any) -> None:
    content["labels"][0]["threshold"] = 0.01


def _no_checksum(content: Any) -> None:
    content["weights"]["sha256"] = "abc"


@pytest.mark.parametrize(
    "spoil",
    [
        _surplus,
        _unknown_part,
        _side_on_a_hood,
        _twice,
        _path_outside,
        _size_off_stride,
        _threshold_off_report,
        _no_checksum,
    ],
)
def test_a_spoiled_manifest_is_invalid(spoil: Any, content: Any, tmp_path: Path) -> None:
    assert _read(content, tmp_path).name == FIRST
    spoil(content)
    with pytest.raises(ModelError) as caught:
        _read(content, tmp_path)
    assert caught.value.code == "model.manifest_invalid"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe\x00", b"null"])
def test_what_is_no_manifest_is_invalid(text: bytes, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(text)
    with pytest.raises(ModelError) as caught:
        Manifest.read(tmp_path / MANIFEST)
    assert caught.value.code == "model.manifest_invalid"


def test_a_missing_manifest_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        Manifest.read(tmp_path / MANIFEST)
    assert caught.value.code == "model.manifest_missing"


def test_a_sealed_manifest_is_the_promoted_one_or_none(tmp_path: Path) -> None:
    sealed = Manifest.read(SHIPPED).sealed()
    content = json.loads(sealed.to_json())
    assert _read(content, tmp_path) == sealed
    content["metrics"][0]["value"] += 0.01
    with pytest.raises(ModelError) as caught:
        _read(content, tmp_path)
    assert caught.value.code == "model.figures_mismatch"


@pytest.mark.parametrize("gone", [lambda content: content.pop("seal"), lambda content: content.update(seal=None)])
def test_a_promotion_whose_seal_is_gone_does_not_load(gone: Any, tmp_path: Path) -> None:
    content = json.loads((shipped_weights() / DEFAULT_MODEL / MANIFEST).read_text("utf-8"))
    assert _read(content, tmp_path).promotion is not None
    gone(content)
    with pytest.raises(ModelError) as caught:
        _read(content, tmp_path)
    assert caught.value.code == "model.figures_mismatch"


def test_a_group_is_calibrated_once(content: Any, tmp_path: Path) -> None:
    error = {"value": 0.1, "low": 0.0, "high": 0.2}
    one = {"group": "part", "curve": {}, "reports": 9, "photos": 3, "data": "x val"}
    content["calibration"] = [{**one, "error_before": error, "error_after": error}] * 2
    with pytest.raises(ModelError, match="calibrated twice"):
        _read(content, tmp_path)


@pytest.mark.parametrize(
    ("quantised", "speed_up", "pays"), [(0.699, 1.5, True), (0.68, 1.5, False), (0.71, 1.1, False), (0.69, 1.2, True)]
)
def test_a_copy_pays_by_the_written_rule(quantised: float, speed_up: float, pays: bool) -> None:
    figure = QuantisedFigure(name="AP50 part", data="x val", n=9, full=0.7, quantised=quantised)
    weights = FileRef(file="x.zip", sha256="0" * 64, bytes=1)
    made = Quantised(weights=weights, photos=9, figures=(figure,), speed_up=speed_up, measured_on="a test")
    assert made.pays is pays
