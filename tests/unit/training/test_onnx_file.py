"""Half-precision storage changes no value."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from training.onnx_file import describe, store_halves


def _adder(weight: np.ndarray) -> onnx.ModelProto:
    shape = list(weight.shape)
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])],
        "adder",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(weight, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def _kinds(model: onnx.ModelProto) -> set[int]:
    return {weight.data_type for weight in model.graph.initializer}


@pytest.mark.parametrize("exact", [True, False])
def test_weights_become_halves_only_where_they_are_halves(exact: bool) -> None:
    weight = np.random.default_rng(0).standard_normal(500).astype(np.float16).astype(np.float32)
    weight = weight if exact else weight + np.float32(1e-6)
    model = store_halves(_adder(weight))
    onnx.checker.check_model(model, full_check=True)
    assert _kinds(model) == {TensorProto.FLOAT16 if exact else TensorProto.FLOAT}
    (sums,) = ReferenceEvaluator(model).run(None, {"x": np.zeros(500, np.float32)})
    np.testing.assert_array_equal(sums, weight)


@pytest.mark.parametrize(
    "weight", [np.full(100, 1e30, np.float32), np.full(100, 1e-30, np.float32), np.ones(3, np.float32)]
)
def test_too_large_too_small_or_too_few_stay(weight: np.ndarray) -> None:
    assert _kinds(store_halves(_adder(weight))) == {TensorProto.FLOAT}


def test_metadata_replaces_what_the_exporter_wrote() -> None:
    model = _adder(np.ones(3, np.float32))
    helper.set_model_props(model, {"path": "somewhere"})
    describe(model, {"labels": "[]"})
    assert {item.key: item.value for item in model.metadata_props} == {"labels": "[]"}
