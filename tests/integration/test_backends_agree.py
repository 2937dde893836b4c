"""Three engines, one network: the same boxes within 1 px and the same scores within 0.01, on real photos."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from data.datasets import read_photos
from inference.detector import Detector
from model.detections import Detections
from model.registry import shipped_weights

SHARED = Path(__file__).parents[3] / "shared"
SETS = ("car_parts", "damage_types", "damaged_parts", "damage_outlines", "damaged_unlabelled", "undamaged")
PER_SET = 8
FLOOR, SCORE, PIXELS = 0.05, 0.01, 1.0

pytestmark = [
    pytest.mark.photos,
    pytest.mark.torch,
    pytest.mark.skipif(not (SHARED / "datasets").is_dir(), reason="../shared/datasets is absent"),
    pytest.mark.skipif(not (SHARED / "weights" / "joint-v0.pt").is_file(), reason="../shared/weights is absent"),
    pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed"),
]


@dataclass(frozen=True)
class Picture:
    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    scale: float = 1.0


MODEL = "joint-v0"
"""The one whose checkpoint lies beside the repository."""


@pytest.fixture(scope="module")
def photos() -> Mapping[str, Picture]:
    """Whole cars and close-ups: photos of each set spread over its file."""
    chosen = {}
    for name in SETS:
        entries = read_photos(SHARED / "datasets" / name)
        for entry in entries[:: len(entries) // PER_SET][:PER_SET]:
            pixels = np.asarray(cv2.imread(str(entry.path), cv2.IMREAD_COLOR_RGB), dtype=np.uint8)
            chosen[f"{name}/{entry.path.name}"] = Picture(pixels, pixels.shape[1], pixels.shape[0])
    return chosen


@pytest.fixture(scope="module")
def reference(photos: Mapping[str, Picture]) -> Mapping[str, Detections]:
    model = shipped_weights() / MODEL
    detector = Detector.load(model, "torch", checkpoint=SHARED / "weights" / "joint-v0.pt")
    return {name: detector.detect(photo) for name, photo in photos.items()}


def disagreements(ours: Detections, theirs: Detections) -> list[str]:
    """Every detection of either side that has no partner: same label, every edge within 1 px, score within 0.01.

    A detection whose score lies within 0.01 of the floor may lack a partner: the other may lie just below.
    """
    taken: set[int] = set()
    lonely = []
    for index in range(len(ours)):
        near = (
            (theirs.label_ids == ours.label_ids[index])
            & (np.abs(theirs.boxes - ours.boxes[index]).max(axis=1, initial=0) <= PIXELS)
            & (np.abs(theirs.scores - ours.scores[index]) <= SCORE)
        )
        partner = next((int(i) for i in np.flatnonzero(near) if int(i) not in taken), None)
        if partner is not None:
            taken.add(partner)
        elif ours.scores[index] > FLOOR + SCORE:
            lonely.append(_shown(ours, index))
    missed = [i for i in range(len(theirs)) if i not in taken and theirs.scores[i] > FLOOR + SCORE]
    return lonely + [_shown(theirs, i) for i in missed]


def _shown(found: Detections, index: int) -> str:
    label = found.labels[found.label_ids[index]].name
    return f"{label} {found.scores[index]:.4f} {found.boxes[index].round(2).tolist()}"


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_engine_agrees_with_torch(
    backend: str, many: bool, photos: Mapping[str, Picture], reference: Mapping[str, Detections]
) -> None:
    detector = Detector.load(shipped_weights() / MODEL, backend, quantised=False)  # type: ignore[arg-type]
    answers = detector.detect_many(photos.values()) if many else map(detector.detect, photos.values())
    found = dict(zip(photos, answers, strict=True))
    wrong = {name: disagreements(found[name], reference[name]) for name in photos}
    assert {name: items for name, items in wrong.items() if items} == {}
    assert len(photos) >= 30
    assert sum(map(len, found.values())) > 5 * len(photos)


def test_the_comparison_notices_a_moved_box_and_a_changed_score(reference: Mapping[str, Detections]) -> None:
    theirs = max(reference.values(), key=len)
    moved = Detections(
        boxes=theirs.boxes + np.float32(1.5), scores=theirs.scores, label_ids=theirs.label_ids, labels=theirs.labels
    )
    paler = Detections(
        boxes=theirs.boxes, scores=theirs.scores - np.float32(0.02), label_ids=theirs.label_ids, labels=theirs.labels
    )
    assert disagreements(theirs, theirs) == []
    assert disagreements(moved, theirs)
    assert disagreements(paler, theirs)
