"""Judging that was killed goes on where it was, and ends as if nothing had happened."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.detector import Detector, PhotoDetector
from inference.preprocess import PhotoLike
from inference.testing import Row, detections, shipped_manifest
from model.detections import Detections
from model.manifest import Manifest
from model.registry import DEFAULT_MODEL, shipped_weights
from training.evaluate import write
from training.judging import Frame
from training.remembered import Remembering

MANIFEST = shipped_manifest()


class KilledError(Exception):
    """The power went."""


@dataclass(slots=True)
class Eyes:
    """Reports a dent as wide as the photo is grey; dies when it is to look for the ``deadly``-th time."""

    manifest: Manifest = MANIFEST
    deadly: int = -1
    looks: list[int] = field(default_factory=list)

    def detect(self, photo: PhotoLike) -> Detections:
        """One look."""
        grey = int(photo.pixels[0, 0, 0])
        if len(self.looks) == self.deadly:
            raise KilledError
        self.looks.append(grey)
        rows: list[Row] = [("dent", 0.9, (1.5, 2.0, 1.5 + grey / 3, 9.0))] * (grey > 0)
        return detections(self.manifest, rows)

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """Reads two photos ahead, as an engine does."""
        ahead: list[PhotoLike] = []
        for photo in photos:
            ahead.append(photo)
            if len(ahead) > 2:
                yield self.detect(ahead.pop(0))
        yield from map(self.detect, ahead)


def _photos(*greys: int) -> list[Frame]:
    return [Frame(pixels=np.full((4, 6, 3), grey, np.uint8)) for grey in greys]


def _said(found: Iterable[Detections]) -> list[tuple[list[float], ...]]:
    return [tuple(column.ravel().tolist() for column in (one.boxes, one.scores, one.label_ids)) for one in found]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(greys=st.lists(st.integers(0, 5), max_size=12), deadly=st.integers(0, 12))
def test_whenever_it_is_killed_it_says_the_same_and_looks_at_no_picture_twice(
    greys: list[int], deadly: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("answers")
    first, again = Eyes(deadly=deadly), Eyes()
    with suppress(KilledError):
        list(Remembering(first, folder).detect_many(_photos(*greys)))
    looking = Remembering(again, folder)
    assert _said(looking.detect_many(_photos(*greys))) == _said(Eyes().detect_many(_photos(*greys)))
    assert set(again.looks).isdisjoint(first.looks)
    looking.forget()
    assert list(folder.iterdir()) == []


def test_a_line_that_was_cut_short_is_asked_for_again_and_spoils_no_other(tmp_path: Path) -> None:
    looking = Remembering(Eyes(), tmp_path)
    list(looking.detect_many(_photos(1, 2)))
    looking.file.write_bytes(looking.file.read_bytes()[:-20])
    for expected in ([2, 3], []):
        eyes = Eyes()
        list(Remembering(eyes, tmp_path).detect_many(_photos(1, 2, 3)))
        assert eyes.looks == expected


def test_a_photo_of_another_size_is_another_photo(tmp_path: Path) -> None:
    eyes = Eyes()
    looking = Remembering(eyes, tmp_path)
    small = np.full((4, 6, 3), 7, np.uint8)
    for photo in (Frame(pixels=small), Frame(pixels=small, scale=2.0), Frame(pixels=small.reshape(6, 4, 3))):
        looking.detect(photo)
    assert eyes.looks == [7, 7, 7]


FEWER = MANIFEST.output.model_copy(update={"max_detections": 9})
SMALLER = MANIFEST.input.model_copy(update={"size": 256})
OTHER = MANIFEST.weights.model_copy(update={"sha256": "0" * 64})
RENAMED = MANIFEST.labels[0].model_copy(update={"name": "thing"}), *MANIFEST.labels[1:]


@pytest.mark.parametrize(
    "change",
    [{"weights": OTHER}, {"output": FEWER}, {"input": SMALLER}, {"calibration": ()}, {"labels": RENAMED}],
)
def test_another_detector_answers_for_itself(change: dict[str, object], tmp_path: Path) -> None:
    list(Remembering(Eyes(), tmp_path).detect_many(_photos(1)))
    eyes = Eyes(manifest=MANIFEST.model_copy(update={**change, "thresholds": None}))
    list(Remembering(eyes, tmp_path).detect_many(_photos(1)))
    assert eyes.looks == [1]


def test_what_is_written_about_a_detector_changes_no_answer(tmp_path: Path) -> None:
    said = _said(Remembering(Eyes(), tmp_path).detect_many(_photos(1)))
    sure = tuple(label.model_copy(update={"threshold": 0.9}) for label in MANIFEST.labels)
    file = MANIFEST.weights.model_copy(update={"file": "moved.onnx"})
    papers = {"labels": sure, "weights": file, "thresholds": None, "metrics": (), "quantised": None, "version": "9"}
    eyes = Eyes(manifest=MANIFEST.model_copy(update=papers))
    looking = Remembering(eyes, tmp_path)
    (found,) = looking.detect_many(_photos(1))
    assert (_said([found]), eyes.looks) == (said, [])
    assert {label.threshold for label in found.labels} == {0.9}


@dataclass(slots=True)
class Dying:
    """The shipped detector until it has answered so often."""

    inner: PhotoDetector
    left: int

    @property
    def manifest(self) -> Manifest:
        """Of the shipped one."""
        return self.inner.manifest

    def detect(self, photo: PhotoLike) -> Detections:
        """One answer."""
        return next(self.detect_many([photo]))

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """Answers until there are none left."""
        for answer in self.inner.detect_many(photos):
            self.left -= 1
            if self.left < 0:
                raise KilledError
            yield answer


def test_a_killed_evaluation_ends_as_one_that_was_not(tmp_path: Path) -> None:
    sets = ("car_parts", "damage_types", "damage_outlines", "damaged_parts", "damaged_unlabelled", "undamaged")
    for shade, folder in enumerate(sets):
        (tmp_path / "sets" / folder / "images").mkdir(parents=True)
        pixels = np.full((96, 128, 3), 20 * shade, np.uint8)
        cv2.imwrite(str(tmp_path / "sets" / folder / "images" / "0.png"), pixels)
        split = "train" if folder == "car_parts" else "val"
        image = {"id": 0, "file_name": "0.png", "width": 128, "height": 96, "group": "g", "split": split}
        content = {"images": [image], "annotations": [], "categories": []}
        (tmp_path / "sets" / folder / "annotations.json").write_text(json.dumps(content), "utf-8")
    detector = Detector.load(shipped_weights() / DEFAULT_MODEL)
    whole = write(detector, tmp_path / "sets", tmp_path / "whole", quick=True)
    with pytest.raises(KilledError):
        write(Dying(detector, 3), tmp_path / "sets", tmp_path / "killed", quick=True)
    (kept,) = (tmp_path / "killed").iterdir()
    answered = len(kept.read_text("utf-8").splitlines())
    rest = Dying(detector, 100)
    assert write(rest, tmp_path / "sets", tmp_path / "killed", quick=True) == whole
    assert 100 - rest.left == len(sets) - answered
    files = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir() if path.suffix != ".npz"}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "killed").iterdir() if path.suffix != ".npz"}
