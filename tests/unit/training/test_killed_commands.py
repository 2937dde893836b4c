"""``python -m training calibrate | thresholds | quantize``, killed with -9, goes on and ends the same."""

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.taxonomy import read_taxonomy
from inference.testing import shipped_manifest
from model.beside import EVALUATION
from model.manifest import FileRef
from model.papers import Interval, Promotion
from model.registry import MANIFEST, verify
from training.evaluation import Evaluation

onnx = pytest.importorskip("onnx", reason="the train extra is not installed")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed"),
]

KILLABLE = Callable[..., dict[str, int] | None]
LABELS = tuple(read_taxonomy("joint-v0"))
BOX = (16, 16, 64, 40)
"""x, y, width and height in a photo of 96 x 64, where the network sees everything."""
SEEN = (256.0, 197.3, 341.3, 213.3)
"""The same as the network gives it: centre, width and height in 512 x 352."""


def _network() -> bytes:
    """Reports every label at ``SEEN``, each as sure as three convolutions make it.

    One channel is 3,000 times as wide as those that count: 8 bits lose it all unless the whole head stays in float32.
    """
    rows, random = 4 + len(LABELS), np.random.default_rng(6)
    wide, none = np.ones((8, 1, 1, 1), np.float32), np.ones((1, 8, 1, 1), np.float32)
    wide[0], none[:, 0] = 3000.0, 0.0
    scores = np.array([0.0] * 4 + [1.0] * len(LABELS), np.float32)[None, :, None]
    boxes = np.array([*SEEN, *([0.0] * len(LABELS))], np.float32)[None, :, None]
    constants = {
        "255": np.array(255, np.float32),
        "w1": random.normal(0, 0.3, (8, 3, 4, 4)).astype(np.float32) * wide,
        "w2": random.normal(0, 0.5, (8, 8, 1, 1)).astype(np.float32) * none,
        "w3": random.normal(0, 0.03, (rows, 8, 8, 8)).astype(np.float32),
        "shape": np.array([0, rows, -1], np.int64),
        "scores": scores,
        "seen": boxes,
    }
    nodes = [
        helper.make_node("Transpose", ["photos"], ["t"], "turn", perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["t"], ["f"], "cast", to=TensorProto.FLOAT),
        helper.make_node("Div", ["f", "255"], ["s"], "scale"),
        helper.make_node("Conv", ["s", "w1"], ["a"], "/model.0/conv", strides=[4, 4], kernel_shape=[4, 4]),
        helper.make_node("Relu", ["a"], ["b"], "/model.0/act"),
        helper.make_node("Conv", ["b", "w2"], ["m"], "/model.1/first", kernel_shape=[1, 1]),
        helper.make_node("Relu", ["m"], ["r"], "/model.1/act"),
        helper.make_node("Conv", ["r", "w3"], ["c"], "/model.1/last", strides=[8, 8], kernel_shape=[8, 8]),
        helper.make_node("Reshape", ["c", "shape"], ["d"], "/model.1/flat"),
        helper.make_node("Sigmoid", ["d"], ["e"], "/model.1/sigmoid"),
        helper.make_node("Mul", ["e", "scores"], ["g"], "/model.1/scores"),
        helper.make_node("Add", ["g", "seen"], ["boxes"], "/model.1/boxes"),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("photos", TensorProto.UINT8, ["n", "h", "w", 3])],
        [helper.make_tensor_value_info("boxes", TensorProto.FLOAT, ["n", rows, "anchors"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    helper.set_model_props(model, {"labels": json.dumps(LABELS)})
    content: bytes = model.SerializeToString()
    return content


KILLS: dict[str, list[tuple[tuple[str, int], tuple[int, int]]]] = {
    "calibrate": [
        (("answer", 6), (5, 0)),
        (("answer", 30), (34, 0)),
        (("manifest", 1), (53, 0)),
        (("forget", 1), (53, 0)),
    ],
    "thresholds": [(("answer", 30), (29, 0)), (("manifest", 1), (55, 0)), (("forget", 1), (55, 0))],
    "quantize": [
        (("copy", 1), (55, 0)),
        (("answer", 40), (94, 1)),
        (("copy", 1), (110, 1)),
        (("manifest", 1), (165, 2)),
        (("forget", 1), (165, 2)),
    ],
}
"""Command → one call after the other: before what it is killed (see ``killed_at.py``), and how many answers and copies
are known then. The full network and two copies look at 55 photos each; calibration has no use for two of them."""


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """A detector in ``model`` and a hundred photos, with the words that name them."""

    model: Path
    sets: Path
    aside: Path

    def copy(self, name: str) -> Path:
        """The folder of the detector once more."""
        return Path(shutil.copytree(self.model, self.aside / name))

    def words(self, command: str, model: Path) -> list[str]:
        """The command on that folder."""
        named = ["--model", str(model)] if command == "thresholds" else [str(model)]
        more = ["--photos", "3"] if command == "quantize" else []
        return [command, *named, "--data", str(self.sets), "--labels", str(self.aside / "labels.jsonl"), *more]


@pytest.fixture
def laboratory(tmp_path: Path, draw: Callable[..., Path], photo: Any) -> Laboratory:
    kinds = ("minor-dent", "minor-scratch")
    draw("car_parts", *(photo(name=f"p{i}.png", seed=i, boxes=[("hood", *BOX)]) for i in range(8)))
    dents = [photo(name=f"d{i}.png", seed=100 + i, split="val", boxes=[(kinds[i % 2], *BOX)]) for i in range(44)]
    draw("damage_types", *dents)
    draw("damaged_parts", photo(name="d.png", seed=30, split="val", boxes=[("Door", *BOX)]))
    for number, folder in enumerate(("damage_outlines", "damaged_unlabelled"), start=31):
        draw(folder, photo(name="d.png", seed=number, split="val"))
    sets = draw("undamaged", *(photo(name=f"u{i}.png", seed=50 + i, split="val") for i in range(6)))
    model, content = tmp_path / "model", _network()
    model.mkdir()
    (model / "joint-v0.onnx").write_bytes(content)
    (tmp_path / "labels.jsonl").write_text("", "utf-8")
    file = FileRef(file="joint-v0.onnx", sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    papers = shipped_manifest("joint-v0").model_copy(update={"weights": file, "promotion": None, "seal": None})
    (model / MANIFEST).write_text(papers.to_json(), "utf-8")
    return Laboratory(model=model, sets=sets, aside=tmp_path)


def _left(folder: Path) -> dict[str, bytes]:
    """All files; how fast a copy is differs between two runs."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = verify(folder)
    if manifest.quantised is not None:
        timeless = manifest.quantised.model_copy(update={"speed_up": 1.0})
        found[MANIFEST] = manifest.model_copy(update={"quantised": timeless}).to_json().encode()
    return found


def _remembered(folder: Path) -> tuple[int, int]:
    """Answers and copies that a killed call left."""
    answers = [line for file in folder.glob("answers-*.jsonl") for line in file.read_text("utf-8").splitlines()]
    return len(answers), len(list(folder.glob("copy-*.zip")))


@pytest.mark.parametrize("command", KILLS)
def test_a_command_that_is_killed_again_and_again_ends_as_one_that_was_not(
    laboratory: Laboratory, killable: KILLABLE, command: str
) -> None:
    """After each kill the folder holds the old detector or the new one, and what is known is asked for no more."""
    whole, killed = laboratory.copy("whole"), laboratory.copy("killed")
    done = killable(laboratory.words(command, whole))
    assert done is not None
    old, new = verify(laboratory.model), _left(whole)
    for at, known in KILLS[command]:
        assert killable(laboratory.words(command, killed), at) is None
        assert _remembered(killed) == known
        assert (verify(killed) == old) is (at[0] != "forget")
    answers, copies = known
    assert (done["answer"], done.get("copy", 0)) == (answers, copies)
    again = killable(laboratory.words(command, killed))
    assert again is not None
    assert not {"answer", "copy"} & set(again)
    assert _left(killed) == new


def test_a_promoted_detector_stays_as_it_is_while_a_copy_gets_other_papers(
    laboratory: Laboratory, killable: KILLABLE
) -> None:
    """Neither an answer nor a manifest is written into its folder; what is written elsewhere is a candidate."""
    bare, gain = verify(laboratory.model), Interval(value=0.2, low=0.1, high=0.3)
    evaluation = Evaluation(model=bare.reference, weights=bare.weights.sha256, draws=1, sets=(), figures=())
    (laboratory.model / EVALUATION).write_text(evaluation.to_json(), "utf-8")
    promotion = Promotion(over="none", policy="0" * 64, score=0.5, gain=gain, evaluation=evaluation.file)
    papers = bare.model_copy(update={"metrics": (), "promotion": promotion}).sealed()
    (laboratory.model / MANIFEST).write_text(papers.to_json(), "utf-8")
    before = {path.name: path.read_bytes() for path in laboratory.model.iterdir()}
    copy = laboratory.aside / "copy"
    assert killable([*laboratory.words("thresholds", laboratory.model), "--out", str(copy)]) is not None
    assert {path.name: path.read_bytes() for path in laboratory.model.iterdir()} == before
    written = verify(copy)
    assert (written.promotion, written.seal, written.weights) == (None, None, papers.weights)
    assert written.thresholds != papers.thresholds
    assert {path.name for path in copy.iterdir()} == {MANIFEST, papers.weights.file}
