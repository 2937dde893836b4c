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

NUMBERED = re.compile(r"[A-Za-z]+_\d+")
"""A name that OpenVINO made up, after the operation or after one that it was part of."""
WEIGHTED = frozenset({"Convolution", "GroupConvolution", "MatMul"})


def copies(weights: bytes) -> Iterator[tuple[Any, list[str]]]:
    """The network of an ONNX file with the operations that stay in float32: the decoding, then the whole head."""
    for whole in (False, True):
        network = _converted(weights)
        kept = after_the_last_weights(network)
        yield network, _with_head(network, kept) if whole else kept


def quantised(network: Any, pictures: Sequence[Batch], kept: Collection[str]) -> Any:
    """The network with 8-bit weights and activations, apart from the operations of these names; the same, to its
    names, in every process."""
    os.environ["NNCF_CI"] = "1"  # keeps its telemetry off
    import nncf

    logging.getLogger("nncf").setLevel(logging.ERROR)
    dataset = nncf.Dataset(pictures, lambda picture: picture)
    scope = nncf.IgnoredScope(names=sorted(kept), validate=False)
    mixed = nncf.QuantizationPreset.MIXED
    made = nncf.quantize(network, dataset, subset_size=len(pictures), preset=mixed, ignored_scope=scope)
    return _named(made, "nncf.")


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
    return _named(network, "")


def _named(network: Any, prefix: str) -> Any:
    """What has no name of its own gets its place in the network as one. OpenVINO numbers it by a counter that all
    networks of a process share, so that the file would tell what the process did before. Changes ``network``."""
    for place, operation in enumerate(network.get_ordered_ops()):
        if NUMBERED.fullmatch(operation.get_friendly_name()):
            operation.set_friendly_name(f"{prefix}{operation.get_type_name()}.{place}")
    return network


def _with_head(network: Any, kept: Collection[str]) -> list[str]:
    """Also the operations of the modules that the last weights belong to: ``/network/model.23/`` in a YOLO26.

    A convolution that took a normalisation in has lost its name: it belongs where what follows it does.
    """
    heads = tuple({match.group(0) for name in kept if (match := re.match(r"^.*?model\.\d+/", name))})
    inside = [operation for operation in network.get_ops() if operation.get_friendly_name().startswith(heads)]
    before = [source.get_node() for operation in inside for source in operation.input_values()]
    nameless = [node for node in before if node.get_type_name() in WEIGHTED]
    return sorted({*kept, *(operation.get_friendly_name() for operation in (*inside, *nameless))})
