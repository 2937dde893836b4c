"""The 8-bit copy of a network, in OpenVINO's own format.

NNCF takes the ranges of all activations from training photos. What turns the last convolutions' numbers into boxes and
scores stays in float32: one range for pixels and probabilities would leave nothing of the latter. Where that loses too
much, the whole head stays in float32 as well. The copy is OpenVINO's own format, because NNCF's ONNX files give other
answers in OpenVINO 2026.4 than in ONNX Runtime (docs/decisions/0004-serving-the-network.md).
"""

import logging
import os
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from openvino._offline_transformations import apply_moc_transformations

from inference.backends.openvino_quiet import openvino
from inference.backends.protocol import Batch

WEIGHTED = frozenset({"Convolution", "GroupConvolution", "MatMul"})


def copies(weights: bytes) -> Iterator[tuple[Any, list[str]]]:
    """The network of an ONNX file with the operations that stay in float32: the decoding, then the whole head."""
    for whole in (False, True):
        network = _converted(weights)
        kept = after_the_last_weights(network)
        yield network, _with_head(network, kept) if whole else kept


def quantised(network: Any, pictures: Sequence[Batch], kept: Collection[str]) -> Any:
    """The network with 8-bit weights and activations, apart from the operations of these names."""
    os.environ["NNCF_CI"] = "1"  # keeps its telemetry off
    import nncf

    logging.getLogger("nncf").setLevel(logging.ERROR)
    dataset = nncf.Dataset(pictures, lambda picture: picture)
    scope = nncf.IgnoredScope(names=sorted(kept), validate=False)
    mixed = nncf.QuantizationPreset.MIXED
    return nncf.quantize(network, dataset, subset_size=len(pictures), preset=mixed, ignored_scope=scope)


def after_the_last_weights(network: Any) -> list[str]:
    """The last operations with weights, and all that follow them: names of operations that lead to no further ones."""
    leads: dict[str, bool] = {}
    for operation in reversed(network.get_ordered_ops()):
        followers = [target.get_node() for output in operation.outputs() for target in output.get_target_inputs()]
        leads[operation.get_friendly_name()] = any(
            node.get_type_name() in WEIGHTED or leads[node.get_friendly_name()] for node in followers
        )
    return [name for name, further in leads.items() if not further]


def _converted(weights: bytes) -> Any:
    """With convolution, normalisation and bias in one. ``openvino.convert_model`` does the same and reports it home."""
    network = openvino.Core().read_model(weights)
    apply_moc_transformations(network, cf=True)
    return network


def _with_head(network: Any, kept: Collection[str]) -> list[str]:
    """Also the operations of the modules that the last weights belong to: ``/network/model.23/`` in a YOLO26."""
    heads = {match.group(0) for name in kept if (match := re.match(r"^.*?model\.\d+/", name))}
    names = [operation.get_friendly_name() for operation in network.get_ops()]
    return [*kept, *(name for name in names if any(name.startswith(head) for head in heads))]
