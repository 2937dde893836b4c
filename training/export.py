"""A trained checkpoint becomes what the service ships: an ONNX file with its manifest."""

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
import torch
from torch import nn

from data.datasets import training_sources
from data.taxonomy import Meaning, read_taxonomy
from inference.backends.torch import load_network, prepare_to_serve, served_output
from model.errors import ModelError
from model.labels import Label
from model.manifest import FileRef, InputSpec, Manifest, OutputSpec
from training.checkpoint import read_checkpoint, recipe_of
from training.model_folder import put, refuse_promoted
from training.onnx_file import describe, store_halves

OPSET = 17
UNCALIBRATED = 0.25
"""Threshold of every label until ``python -m training thresholds`` has measured one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecipe:
    """What an export decides. The defaults were measured; see docs/decisions/0004-serving-the-network.md."""

    name: str
    version: str
    size: int = 512
    rectangular: bool = True
    half: bool = True
    nms_iou: float = 0.7


class ServedNetwork(nn.Module):
    """The network behind its served interface: uint8 (n, h, w, 3) RGB in, float32 (n, 4 + labels, anchors) out."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, photos: torch.Tensor) -> torch.Tensor:
        """Scale and transpose inside the graph: a quarter of the bytes cross into the engine."""
        output: torch.Tensor = served_output(self.network, photos.permute(0, 3, 1, 2).float() / 255)
        return output


def export(checkpoint: Path, out: Path, recipe: ExportRecipe) -> Manifest:
    """Write ``out/<name>/<name>.onnx`` and its manifest, which names the checkpoint's recipe; return the manifest.

    It takes seconds and cannot stop half way, so a call that was killed is done again from its beginning. It has left
    the detector that was there before or the new one, whole; see ``training/model_folder.py``.

    Raises ``ModelError``: ``model.promoted`` where a promoted detector lies or the shipped ones do,
    ``model.weights_missing``, ``weights_unreadable``, ``labels_mismatch`` when the checkpoint's labels are not those of
    ``data/taxonomy.yaml`` in the same order.
    """
    refuse_promoted(out / recipe.name)
    content = read_checkpoint(checkpoint)
    network = load_network(content)
    meanings = read_taxonomy(recipe.name)
    if tuple(network.names.values()) != tuple(meanings):
        raise ModelError("labels_mismatch", f"{checkpoint.name}: {', '.join(network.names.values())}")
    source = FileRef(file=checkpoint.name, sha256=_sha256(content), bytes=len(content))
    weights = to_onnx(network, tuple(meanings), source, recipe)
    manifest = _manifest(weights, source, meanings, network, recipe)
    trained = manifest.model_copy(update={"recipe": recipe_of(content)})
    return put(out / recipe.name, trained, {manifest.weights.file: weights})


def to_onnx(network: Any, labels: tuple[str, ...], source: FileRef, recipe: ExportRecipe) -> bytes:
    """The network as an ONNX file with batch, height and width left open, one-to-many head only.

    Convolution and normalisation stay separate operators, because Ultralytics' checkpoints are half precision and
    their product is not; engines multiply them in float32 when they load. Changes ``network``.
    """
    head = network.model[-1]
    head.export, head.dynamic, head.format = True, True, "onnx"
    head.one2one_cv2 = head.one2one_cv3 = None
    served = ServedNetwork(network).eval()
    prepare_to_serve(network)
    model = _traced(served)
    metadata = {"labels": json.dumps(labels), "name": recipe.name, "version": recipe.version, "licence": "AGPL-3.0"}
    describe(model, {**metadata, "checkpoint_sha256": source.sha256, "stride": str(int(max(network.stride)))})
    if recipe.half:
        store_halves(model)
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _traced(network: nn.Module) -> onnx.ModelProto:
    """The TorchScript exporter: the newer one needs a package more and gains nothing for this network."""
    example = torch.zeros((2, 96, 128, 3), dtype=torch.uint8)
    axes = {"photos": {0: "n", 1: "height", 2: "width"}, "boxes": {0: "n", 2: "anchors"}}
    with warnings.catch_warnings(), torch.inference_mode(), TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")  # deprecation of this exporter, and tracer remarks on constants
        torch.onnx.export(
            network,
            (example,),
            Path(folder) / "traced.onnx",
            input_names=["photos"],
            output_names=["boxes"],
            opset_version=OPSET,
            dynamic_axes=axes,
            training=torch.onnx.TrainingMode.PRESERVE,
            dynamo=False,
        )
        return onnx.load(Path(folder) / "traced.onnx")


def _manifest(
    weights: bytes, source: FileRef, meanings: Mapping[str, Meaning], network: Any, recipe: ExportRecipe
) -> Manifest:
    stride, grouped = int(max(network.stride)), getattr(network.model[-1], "box_groups", None) is not None
    file = FileRef(file=f"{recipe.name}.onnx", sha256=_sha256(weights), bytes=len(weights))
    return Manifest(
        format=1,
        name=recipe.name,
        version=recipe.version,
        licence="AGPL-3.0",
        weights=file,
        checkpoint=source,
        input=InputSpec(size=recipe.size, stride=stride, pad=114, rectangular=recipe.rectangular),
        output=OutputSpec(
            layout="yolo_grouped" if grouped else "yolo_raw",
            nms_iou=recipe.nms_iou,
            score_floor=0.05,
            max_detections=300,
        ),
        labels=_labels(meanings),
        training=training_sources(recipe.name),
    )


def _labels(meanings: Mapping[str, Meaning]) -> tuple[Label, ...]:
    return tuple(meaning.label(name, UNCALIBRATED) for name, meaning in meanings.items())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
