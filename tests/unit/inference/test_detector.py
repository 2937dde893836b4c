"""The detector on the shipped weights: start-up checks, order, batches, bounded look-ahead."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
import pytest

from inference.backends.openvino import packed
from inference.backends.protocol import SMALL_BATCH, Batch, RawOutput
from inference.detector import Detector
from inference.read_ahead import read_ahead
from inference.testing import ScriptedDetector, shipped_manifest
from model.errors import ModelError
from model.manifest import Manifest
from model.papers import Calibration, Curve, Interval
from model.registry import MANIFEST, shipped_weights

FIRST = "joint-v0"
"""Its manifest has no seal, so single lines of it can be spoiled; one box for all labels of an anchor."""
SHIPPED = shipped_weights() / FIRST


@dataclass(frozen=True)
class Picture:
    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    scale: float = 1.0
    name: str = ""
    sha256: str = ""


@dataclass
class LevelBackend:
    """Answers each photo with one box of its label 0, whose score is the photo's grey level / 255."""

    labels: tuple[str, ...] = field(default_factory=lambda: shipped_manifest("joint-v0").label_names)
    channels: int | None = None
    fill: float = 0.0
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    name: str = "level"
    version: str = "1"

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        return self.run(SMALL_BATCH).shape

    def run(self, batch: Batch) -> RawOutput:
        self.shapes.append(batch.shape)
        output = np.full((len(batch), self.channels or 4 + len(self.labels), 3), self.fill, dtype=np.float32)
        output[:, :4, 0] = (100, 100, 50, 50)
        output[:, 4, 0] = batch[:, 100 % batch.shape[1], 100 % batch.shape[2], 0] / 255
        return output

    def run_many(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        return read_ahead(self.run, batches, workers=1)


def _grey(level: int, width: int = 512, height: int = 384) -> Picture:
    return Picture(np.full((height, width, 3), level, dtype=np.uint8), width, height)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load(SHIPPED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / FIRST)


def _rewrite(folder: Path, change: Callable[[Any], None]) -> None:
    content = json.loads((folder / MANIFEST).read_text("utf-8"))
    change(content)
    (folder / MANIFEST).write_text(json.dumps(content), "utf-8")


def _noise(width: int, height: int, seed: int = 0) -> Picture:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Picture(pixels, width, height)


def test_detections_carry_the_manifests_labels(detector: Detector) -> None:
    found = detector.detect(_noise(640, 480))
    assert found.labels == detector.manifest.labels
    assert (np.diff(found.scores) <= 0).all()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 900), (900, 3), (512, 384), (384, 512), (2000, 1999)])
def test_any_size_of_photo_is_answered_within_its_own_pixels(detector: Detector, width: int, height: int) -> None:
    found = detector.detect(_noise(width, height))
    assert (found.boxes >= 0).all()
    assert (found.boxes <= [width, height, width, height]).all()


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_many_photos_are_answered_as_one_by_one_and_in_order(backend: Any) -> None:
    detector = Detector.load(SHIPPED, backend)
    photos = [_noise(*size, seed) for seed, size in enumerate([(640, 480), (640, 480), (480, 640), (640, 480)] * 2)]
    for alone, together in zip(map(detector.detect, photos), detector.detect_many(photos, batch=3), strict=True):
        np.testing.assert_allclose(alone.scores, together.scores, atol=1e-4)
        np.testing.assert_array_equal(alone.label_ids, together.label_ids)
        np.testing.assert_allclose(alone.boxes, together.boxes, atol=0.1)


def test_one_by_one_and_many_agree_to_the_last_bit(detector: Detector) -> None:
    """The two compilations of OpenVINO: which one serves depends on how many photos come, the answer must not."""
    photos = [_noise(*size, seed) for seed, size in enumerate([(640, 480), (640, 480), (480, 640), (640, 480)] * 2)]
    for photo, together in zip(photos, detector.detect_many(photos, batch=3), strict=True):
        for alone in (detector.detect(photo), next(detector.detect_many([photo]))):
            for name in ("boxes", "scores", "label_ids"):
                np.testing.assert_array_equal(getattr(alone, name), getattr(together, name))


def test_only_the_network_that_is_asked_for_is_compiled() -> None:
    detector = Detector.load(SHIPPED)
    compiled = detector.backend._compiled  # type: ignore[attr-defined]
    assert set(compiled) == set()
    list(detector.detect_many([_noise(640, 480)]))
    detector.detect(_noise(480, 640))
    assert set(compiled) == {"LATENCY"}
    list(detector.detect_many([_noise(640, 480), _noise(480, 640)]))
    assert set(compiled) == {"LATENCY", "THROUGHPUT"}


def test_several_threads_may_share_a_detector_for_many_photos() -> None:
    """On a fresh detector, so that their first requests meet while nothing is compiled yet."""
    detector = Detector.load(SHIPPED)
    cases = [[_noise(640, 480 + 32 * number, seed) for seed in range(1 + number % 3)] for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda case: list(detector.detect_many(case)), cases * 3))
    for case, found in zip(cases * 3, together, strict=True):
        for photo, seen in zip(case, found, strict=True):
            np.testing.assert_array_equal(seen.boxes, detector.detect(photo).boxes)


def test_no_photos_no_answers(detector: Detector) -> None:
    assert list(detector.detect_many([])) == []


def test_alike_photos_share_a_batch_and_others_do_not() -> None:
    backend = LevelBackend()
    detector = Detector(shipped_manifest("joint-v0"), backend)
    backend.shapes.clear()
    levels = [50, 60, 70, 80, 90, 100]
    photos = [_grey(level) for level in levels[:3]] + [_grey(level, 384, 512) for level in levels[3:]]
    scores = [found.scores[0] for found in detector.detect_many(photos, batch=2)]
    np.testing.assert_allclose(scores, [level / 255 for level in levels], rtol=1e-6)
    assert [shape[0] for shape in backend.shapes] == [2, 1, 2, 1]


def test_photos_are_read_only_a_few_ahead() -> None:
    detector = Detector(shipped_manifest("joint-v0"), LevelBackend())
    taken: list[int] = []

    def photos() -> Iterator[Picture]:
        for index in range(60):
            taken.append(index)
            yield _grey(100)

    answers = detector.detect_many(photos(), batch=2)
    next(answers)
    assert len(taken) <= 10
    assert sum(1 for _ in answers) == 59


def test_an_unreadable_photo_in_the_middle_is_not_swallowed(detector: Detector) -> None:
    def photos() -> Iterator[Picture]:
        yield _grey(100)
        raise OSError("the card was pulled")

    with pytest.raises(OSError, match="the card was pulled"):
        list(detector.detect_many(photos()))


def test_a_renamed_label_stops_the_start(folder: Path) -> None:
    def rename(content: Any) -> None:
        content["labels"][12]["name"] = content["thresholds"]["labels"][12]["label"] = "bonnet"

    _rewrite(folder, rename)
    with pytest.raises(ModelError, match="bonnet is hood") as caught:
        Detector.load(folder)
    assert caught.value.code == "model.labels_mismatch"


def test_a_missing_label_stops_the_start(folder: Path) -> None:
    def drop(content: Any) -> None:
        content["labels"].pop()
        content["thresholds"]["labels"].pop()

    _rewrite(folder, drop)
    with pytest.raises(ModelError, match="27 in the manifest, 28 in the weights") as caught:
        Detector.load(folder)
    assert caught.value.code == "model.labels_mismatch"


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_a_network_with_other_channels_stops_the_start(backend: Any, folder: Path) -> None:
    """Labels and checksum agree, but the network itself gives a channel more than there are labels."""
    import onnx

    network = onnx.load(folder / f"{FIRST}.onnx")
    labels = next(item for item in network.metadata_props if item.key == "labels")
    labels.value = json.dumps(json.loads(labels.value)[:-1])
    content = network.SerializeToString()
    (folder / f"{FIRST}.onnx").write_bytes(content)

    def drop(manifest: Any) -> None:
        manifest["labels"].pop()
        manifest["thresholds"]["labels"].pop()
        manifest["weights"] |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

    _rewrite(folder, drop)
    with pytest.raises(ModelError) as caught:
        Detector.load(folder, backend)
    assert caught.value.code == "model.output_mismatch"


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_vouched_rubbish_is_unreadable(backend: Any, folder: Path) -> None:
    content = b"no network at all"
    (folder / f"{FIRST}.onnx").write_bytes(content)

    def vouch(manifest: Any) -> None:
        manifest["weights"] |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

    _rewrite(folder, vouch)
    with pytest.raises(ModelError) as caught:
        Detector.load(folder, backend)
    assert caught.value.code == "model.weights_unreadable"


def test_another_shape_of_output_stops_the_start() -> None:
    with pytest.raises(ModelError) as caught:
        Detector(shipped_manifest("joint-v0"), LevelBackend(channels=6))
    assert caught.value.code == "model.output_mismatch"


def test_nan_is_an_error_on_every_path() -> None:
    detector = Detector(shipped_manifest("joint-v0"), LevelBackend(fill=float("nan")))
    for answer in (lambda: detector.detect(_grey(9)), lambda: list(detector.detect_many([_grey(9)]))):
        with pytest.raises(ModelError) as caught:
            answer()
        assert caught.value.code == "model.output_not_finite"


def test_an_unknown_backend_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match="tensorrt") as caught:
        Detector.load(folder, "tensorrt")  # type: ignore[arg-type]
    assert caught.value.code == "model.unknown_backend"


def test_torch_without_its_checkpoint_says_which_file_it_needs(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"joint-v0\.pt.*QUICKCLAIM_CHECKPOINT") as caught:
        Detector.load(folder, "torch")
    assert caught.value.code == "model.weights_missing"


@pytest.mark.parametrize("package", ["torch", "ultralytics"])
def test_torch_that_is_not_installed_is_named_with_its_extra(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    checkpoint = tmp_path / "joint-v0.pt"
    checkpoint.write_bytes(b"weights")

    def vouch(manifest: Any) -> None:
        manifest["checkpoint"] |= {"sha256": hashlib.sha256(b"weights").hexdigest(), "bytes": 7}

    _rewrite(folder, vouch)
    for name in ("torch", "ultralytics"):
        monkeypatch.setitem(sys.modules, name, None if name == package else ModuleType(name))
        if name != package:
            sys.modules[name].__spec__ = ModuleSpec(name, None)
    with pytest.raises(ModelError, match=rf"{package}.*quickclaim\[train\]") as caught:
        Detector.load(folder, "torch", checkpoint=checkpoint)
    assert caught.value.code == "model.backend_missing"


def test_torch_does_not_unpickle_another_checkpoint(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "joint-v0.pt"
    other.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    with pytest.raises(ModelError) as caught:
        Detector.load(folder, "torch", checkpoint=other)
    assert caught.value.code == "model.weights_corrupt"


def test_compiled_networks_are_kept_where_told(tmp_path: Path) -> None:
    photo = _noise(640, 480)
    first = Detector.load(SHIPPED, cache_dir=tmp_path).detect(photo)
    assert list(tmp_path.iterdir())
    second = Detector.load(SHIPPED, cache_dir=tmp_path).detect(photo)
    np.testing.assert_array_equal(first.boxes, second.boxes)


def test_a_cache_that_cannot_be_used_costs_nothing_but_time(detector: Detector, tmp_path: Path) -> None:
    photo = _noise(640, 480)
    there = tmp_path / "there"
    there.write_bytes(b"")
    gone = tmp_path / "gone"
    gone.mkdir()
    for folder in (there / "below", gone):
        kept = Detector.load(SHIPPED, cache_dir=folder)
        shutil.rmtree(gone)
        np.testing.assert_array_equal(kept.detect(photo).boxes, detector.detect(photo).boxes)
        gone.mkdir()


def test_fewer_threads_give_the_same_answer(detector: Detector) -> None:
    photo = _noise(640, 480)
    one, all_ = Detector.load(SHIPPED, threads=1).detect(photo), detector.detect(photo)
    np.testing.assert_allclose(one.scores, all_.scores, atol=1e-4)


def test_several_threads_may_share_a_detector(detector: Detector) -> None:
    photos = [_noise(640, 480 + 40 * seed, seed) for seed in range(6)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        together = list(pool.map(detector.detect, photos * 3))
    for photo, found in zip(photos * 3, together, strict=True):
        np.testing.assert_allclose(found.scores, detector.detect(photo).scores, atol=1e-4)


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_a_batch_that_the_network_cannot_take_is_a_coded_error(backend: Any) -> None:
    engine = Detector.load(SHIPPED, backend).backend
    odd = np.zeros((1, 64, 64, 4), dtype=np.uint8)
    for answer in (lambda: engine.run(odd), lambda: list(engine.run_many([odd]))):
        with pytest.raises(ModelError) as caught:
            answer()
        assert caught.value.code == "model.run_failed"


def test_the_manifest_cites_weights_by_content(detector: Detector) -> None:
    manifest: Manifest = detector.manifest
    assert manifest.reference == f"joint-v0@{manifest.version}+{manifest.weights.sha256[:12]}"


def test_the_twin_answers_by_sha256_or_name_and_is_silent_about_nothing() -> None:
    twin = ScriptedDetector({"a.jpg": [("hood", 0.4, (1, 2, 3, 4)), ("dent", 0.6, (1, 2, 3, 4))], "5e": []})
    blank = np.zeros((4, 4, 3), dtype=np.uint8)
    first, second = twin.detect_many([Picture(blank, 4, 4, name="a.jpg"), Picture(blank, 4, 4, name="b", sha256="5e")])
    assert [item.label.name for item in first] == ["dent", "hood"]
    assert len(second) == 0
    with pytest.raises(LookupError):
        twin.detect(Picture(blank, 4, 4, name="c.jpg"))
    with pytest.raises(ValueError, match="bonnet"):
        ScriptedDetector({"a": [("bonnet", 0.5, (0, 0, 1, 1))]}).detect(Picture(blank, 4, 4, name="a"))


def _with_packed_copy(folder: Path, speed_up: float) -> None:
    """The same network in OpenVINO's own format, with papers that call it the 8-bit copy."""
    content = packed(openvino.Core().read_model(folder / f"{FIRST}.onnx"))
    (folder / "copy.zip").write_bytes(content)
    weights = {"file": "copy.zip", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    figure = {"name": "AP50 part", "data": "x val", "n": 1, "full": 0.5, "quantised": 0.5}
    papers = {"weights": weights, "photos": 1, "figures": [figure], "speed_up": speed_up, "measured_on": "a test"}
    _rewrite(folder, lambda content: content.update(quantised=papers))


def test_openvino_runs_the_copy_that_pays_and_cites_it(folder: Path, detector: Detector) -> None:
    _with_packed_copy(folder, 2.0)
    loaded = {name: Detector.load(folder, name) for name in ("openvino", "onnx")}
    assert loaded["openvino"].manifest.weights.file == "copy.zip"
    assert loaded["onnx"].manifest == Detector.load(folder, quantised=False).manifest
    assert loaded["onnx"].manifest.weights.file == f"{FIRST}.onnx"
    ours, theirs = (one.detect(_noise(640, 480)) for one in (loaded["openvino"], detector))
    np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-3)


def test_a_copy_that_does_not_pay_is_not_run(folder: Path) -> None:
    _with_packed_copy(folder, 1.1)
    assert Detector.load(folder).manifest.weights.file == f"{FIRST}.onnx"


def test_scores_of_a_calibrated_group_are_probabilities() -> None:
    """Grey level 128 scores .5; with an intercept of -1 that means 1 / (1 + e) = .27."""
    manifest = shipped_manifest("joint-v0")
    none = Interval(value=0.0, low=0.0, high=0.0)
    calibration = Calibration(
        group=manifest.labels[0].group,
        curve=Curve(intercept=-1.0),
        reports=1,
        photos=1,
        data="x val",
        error_before=none,
        error_after=none,
    )
    calibrated = Detector(manifest.model_copy(update={"calibration": (calibration,)}), LevelBackend())
    (found,) = calibrated.detect(_grey(128))
    assert found.score == pytest.approx(0.27, abs=0.002)
