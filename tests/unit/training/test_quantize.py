"""The 8-bit copy of a tiny network, made by the real tools."""

import io
import json
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from inference.backends.openvino import OpenVinoBackend, packed
from model.errors import ModelError
from model.registry import DEFAULT_MODEL, load_weights, shipped_weights

pytest.importorskip("nncf")
from training.quantised_network import WEIGHTED, after_the_last_weights, copies, quantised
from training.quantize import speed_up
from training.remembered_copies import Copies

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

LABELS = ("hood", "scratch")


def _weight(name: str, *shape: int) -> onnx.TensorProto:
    values = np.random.default_rng(len(name)).normal(0, 0.3, shape).astype(np.float32)
    return numpy_helper.from_array(values, name)


def _network() -> bytes:
    """uint8 (n, h, w, 3) → two convolutions, a scale and a sigmoid → (n, 6, anchors), with its labels."""
    nodes = [
        helper.make_node("Transpose", ["photos"], ["t"], "turn", perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["t"], ["f"], "cast", to=TensorProto.FLOAT),
        helper.make_node("Div", ["f", "255"], ["s"], "scale"),
        helper.make_node("Conv", ["s", "w1"], ["a"], "/model.0/conv", strides=[4, 4], kernel_shape=[4, 4]),
        helper.make_node("Relu", ["a"], ["b"], "/model.0/act"),
        helper.make_node("Conv", ["b", "w2"], ["c"], "/model.1/conv", strides=[8, 8], kernel_shape=[8, 8]),
        helper.make_node("Sigmoid", ["c"], ["d"], "/model.1/sigmoid"),
        helper.make_node("Reshape", ["d", "shape"], ["boxes"], "/model.1/flat"),
    ]
    photos = helper.make_tensor_value_info("photos", TensorProto.UINT8, ["n", "h", "w", 3])
    boxes = helper.make_tensor_value_info("boxes", TensorProto.FLOAT, ["n", 6, "anchors"])
    constants = [
        _weight("w1", 8, 3, 4, 4),
        _weight("w2", 6, 8, 8, 8),
        numpy_helper.from_array(np.array(255, np.float32), "255"),
        numpy_helper.from_array(np.array([0, 6, -1], np.int64), "shape"),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "tiny", [photos], [boxes], constants), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 9
    helper.set_model_props(model, {"labels": json.dumps(LABELS)})
    content: bytes = model.SerializeToString()
    return content


def _pictures(count: int) -> list[Any]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (1, 64, 96, 3), dtype=np.uint8) for _ in range(count)]


@pytest.fixture(scope="module")
def copy() -> bytes:
    network, kept = next(iter(copies(_network())))
    return packed(quantised(network, _pictures(8), kept))


def test_what_follows_the_last_weights_stays_exact() -> None:
    network, kept = next(iter(copies(_network())))
    assert {"/model.1/conv", "/model.1/sigmoid"} <= set(kept)
    assert not {"/model.0/conv", "/model.0/act", "scale"} & set(kept)
    assert after_the_last_weights(network) == kept


def test_the_second_copy_leaves_the_whole_head_exact() -> None:
    first, second = (set(kept) for _, kept in copies(_network()))
    assert first <= second
    assert not any(name.startswith("/model.0/") for name in second)


def test_the_whole_head_of_the_shipped_network_stays_exact_though_its_convolutions_lose_their_names() -> None:
    """As many as the file itself names there, and none of them in the first copy's 8 bits."""
    weights = load_weights(shipped_weights() / DEFAULT_MODEL).content
    named = [node.name for node in onnx.load_from_string(weights).graph.node if node.op_type == "Conv"]
    kept_in = []
    for network, kept in copies(weights):
        weighted = [op.get_friendly_name() for op in network.get_ops() if op.get_type_name() in WEIGHTED]
        kept_in.append(len(set(weighted) & set(kept)))
    assert kept_in == [6, sum(name.startswith("/network/model.23/") for name in named)]


def test_the_copy_carries_its_labels_and_answers_nearly_the_same(copy: bytes) -> None:
    full, small = OpenVinoBackend(_network()), OpenVinoBackend(copy)
    assert small.labels == LABELS
    assert small.output_shape == full.output_shape
    for picture in _pictures(3):
        one, other = full.run(picture), small.run(picture)
        assert not np.array_equal(one, other)
        np.testing.assert_allclose(one, other, atol=0.1)


def test_the_same_network_gives_the_same_file_whatever_the_process_did_before() -> None:
    """OpenVINO counts what has no name through all networks of a process."""
    made = []
    for _ in range(2):
        OpenVinoBackend(_network()).run(_pictures(1)[0])
        network, kept = next(iter(copies(_network())))
        made.append(packed(quantised(network, _pictures(4), kept)))
    assert made[0] == made[1]


def test_a_copy_is_made_once_for_a_network_and_its_pictures(tmp_path: Path) -> None:
    def made(weights: bytes, pictures: list[Any]) -> tuple[Copies, bytes]:
        tried = Copies(weights, pictures, tmp_path)
        return tried, next(iter(tried))

    first, content = made(_network(), _pictures(4))
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    again, same = made(_network(), _pictures(4))
    assert (same, file.stat().st_mtime_ns, file.read_bytes()) == (content, written, content)
    other = onnx.load_from_string(_network())
    helper.set_model_props(other, {"labels": json.dumps(LABELS[::-1])})
    others = [made(_network(), _pictures(3))[0], made(other.SerializeToString(), _pictures(4))[0]]
    assert len(list(tmp_path.iterdir())) == 3
    for one in (first, again, *others):
        one.forget()
    assert list(tmp_path.iterdir()) == []


def test_a_pack_without_a_network_is_no_network() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as pack:
        pack.writestr("readme.txt", "nothing")
    with pytest.raises(ModelError) as caught:
        OpenVinoBackend(file.getvalue())
    assert caught.value.code == "model.weights_unreadable"


@dataclass(frozen=True)
class Sleeper:
    """A network that takes its time."""

    seconds: float

    def run(self, batch: Any) -> Any:
        time.sleep(self.seconds)
        return batch


def test_the_speed_up_is_the_full_networks_time_over_the_copys() -> None:
    slow: Any = Sleeper(0.02)
    fast: Any = Sleeper(0.002)
    assert 2 < speed_up(slow, fast, rounds=10) < 20
