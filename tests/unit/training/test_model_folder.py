"""A detector's folder holds the old detector or the new one, whenever a write is killed."""

import hashlib
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from inference.testing import shipped_manifest
from model.manifest import FileRef, Manifest
from model.papers import Interval, Promotion, Quantised, QuantisedFigure
from model.registry import verify
from training.model_folder import promoted_from, put

SURVIVES = Callable[[int, Callable[[], object]], bool]
BARE = shipped_manifest("joint-v0")


def _ref(name: str, content: bytes) -> FileRef:
    return FileRef(file=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _detector(network: bytes, copy: bytes | None = None) -> tuple[Manifest, dict[str, bytes]]:
    files = {"x.onnx": network}
    quantised = None
    if copy is not None:
        files["x-int8.zip"] = copy
        figure = QuantisedFigure(name="AP50 part", data="val", n=1, full=0.5, quantised=0.5)
        quantised = Quantised(
            weights=_ref("x-int8.zip", copy), photos=1, figures=(figure,), speed_up=2.0, measured_on="a test"
        )
    update = {"weights": _ref("x.onnx", network), "quantised": quantised}
    return BARE.model_copy(update=update), files


def test_names_stay_where_they_are_free(tmp_path: Path) -> None:
    manifest, files = _detector(b"one", b"small one")
    assert put(tmp_path / "deep" / "x", manifest, files) == manifest
    assert verify(tmp_path / "deep" / "x") == manifest


def test_what_lies_there_already_need_not_be_given(tmp_path: Path) -> None:
    manifest, files = _detector(b"one")
    put(tmp_path, manifest, files)
    changed = manifest.model_copy(update={"version": "2"})
    assert put(tmp_path, changed, {}) == verify(tmp_path) == changed


def test_other_weights_of_the_same_name_get_another_and_the_old_ones_go(tmp_path: Path) -> None:
    put(tmp_path, *_detector(b"one", b"small one"))
    manifest, files = _detector(b"two")
    written = put(tmp_path, manifest.sealed(), files)
    assert written.weights.file == f"x-{hashlib.sha256(b'two').hexdigest()[:12]}.onnx"
    assert verify(tmp_path) == written, "the seal fits the new name"
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.json", written.weights.file}


def test_what_was_promoted_is_known_by_its_content_not_by_the_names_of_its_files(tmp_path: Path) -> None:
    put(tmp_path, *_detector(b"one", b"small one"))
    gain = Interval(value=0.2, low=0.1, high=0.3)
    promotion = Promotion(over="old", policy="0" * 64, score=0.5, gain=gain, evaluation=_ref("e.json", b"figures"))
    candidate, files = _detector(b"two", b"small two")
    files["e.json"] = b"figures"
    there = put(tmp_path, candidate.model_copy(update={"promotion": promotion, "metrics": ()}).sealed(), files)
    assert there.weights.file != candidate.weights.file
    assert promoted_from(candidate, there)
    assert not promoted_from(candidate, candidate)
    for other in (_detector(b"two", b"other")[0], _detector(b"two")[0], candidate.model_copy(update={"version": "9"})):
        assert not promoted_from(other, there)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_kill_leaves_the_old_detector_or_the_new_one(tmp_path: Path, survives: SURVIVES, sealed: bool) -> None:
    found: list[tuple[str, bool]] = []
    for deadly in count(1):
        folder = tmp_path / str(deadly)
        put(folder, *_detector(b"one", b"small one"))
        manifest, files = _detector(b"two", b"small two")
        new = manifest.sealed() if sealed else manifest
        done = survives(deadly, lambda folder=folder, new=new, files=files: put(folder, new, files))
        found.append((verify(folder).weights.sha256, done))
        if done:
            break
    old, two = (hashlib.sha256(content).hexdigest() for content in (b"one", b"two"))
    states = [state for state, _ in found]
    assert len(found) > 6
    assert states == [old] * states.count(old) + [two] * states.count(two)
    assert (states[0], found[-1]) == (old, (two, True))


def test_a_write_that_was_killed_is_done_again(tmp_path: Path, survives: SURVIVES) -> None:
    put(tmp_path, *_detector(b"one"))
    manifest, files = _detector(b"two")
    assert not survives(2, lambda: put(tmp_path, manifest, files))
    written = put(tmp_path, manifest, files)
    assert verify(tmp_path) == written
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.json", written.weights.file}
