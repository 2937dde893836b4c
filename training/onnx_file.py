"""ONNX files: half-precision weights and the metadata that travels with them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

_SMALL = 64
"""Constants of fewer values are not worth a Cast."""


def store_halves(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store float32 weights as float16 with a Cast back, wherever that changes no value.

    Halves the file of a half-precision checkpoint; engines fold the Cast when they load, so the arithmetic stays
    float32 and the answers stay the same. Changes ``model`` in place.
    """
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.size >= _SMALL and _fits_half(values):
            name = weight.name
            weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def describe(model: onnx.ModelProto, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Set the file's metadata, replacing what the exporter wrote. Changes ``model`` in place."""
    del model.metadata_props[:]
    helper.set_model_props(model, dict(metadata))
    model.doc_string = ""
    return model


def _fits_half(values: npt.NDArray[np.generic]) -> bool:
    if values.dtype != np.float32:
        return False
    with np.errstate(over="ignore"):
        return bool(np.array_equal(values.astype(np.float16).astype(np.float32), values))
