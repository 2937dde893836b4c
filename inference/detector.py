"""One YOLO network: photos in, detections out."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np

from inference.backends.protocol import Backend, Batch, RawOutput
from inference.postprocess import detections_from_yolo_output
from inference.preprocess import Letterbox, PhotoLike, Pixels, letterbox
from model.detections import Detections
from model.errors import ModelError
from model.manifest import Manifest
from model.registry import load_weights, read_verified

BackendName = Literal["openvino", "onnx", "torch"]

BATCH = 4
"""Photos per batch of ``detect_many``; see docs/decisions/0004-serving-the-network.md for the measurement."""


class PhotoDetector(Protocol):
    """What the pipeline needs of a detector; ``inference.testing.ScriptedDetector`` is its twin."""

    @property
    def manifest(self) -> Manifest:
        """The papers that every number of an assessment cites."""

    def detect(self, photo: PhotoLike) -> Detections:
        """Everything seen on one photo."""

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """The same for many, in order."""


@dataclass(frozen=True, slots=True)
class Detector:
    """A manifest and the engine that runs its network. Safe to use from several threads."""

    manifest: Manifest
    backend: Backend

    def __post_init__(self) -> None:
        _check_labels(self.manifest, self.backend)
        _check_output(self.manifest, self.backend)

    @classmethod
    def load(
        cls,
        model_dir: Path,
        backend: BackendName = "openvino",
        *,
        threads: int | None = None,
        cache_dir: Path | None = None,
        checkpoint: Path | None = None,
        quantised: bool = True,
    ) -> Self:
        """Load and check a detector: manifest, sha256, labels, and the shape of its output.

        ``threads``: how many cores the network may use, default all. ``cache_dir``: where OpenVINO keeps compiled
        networks. ``checkpoint``: the .pt file, for the torch backend only. ``quantised``: let OpenVINO run the 8-bit
        copy where the manifest's rule says that it pays (``Quantised.pays``); the detector's manifest then cites that
        file. Raises ``ModelError``.
        """
        if backend == "torch":
            return cls._load_torch(model_dir, checkpoint, threads)
        weights = load_weights(model_dir, quantised=quantised and backend == "openvino")
        if backend == "onnx":
            from inference.backends.onnx import OnnxBackend

            return cls(weights.manifest, OnnxBackend(weights.content, threads=threads))
        if backend == "openvino":
            from inference.backends.openvino import OpenVinoBackend

            return cls(weights.manifest, OpenVinoBackend(weights.content, threads=threads, cache_dir=cache_dir))
        raise ModelError("unknown_backend", f"{backend}: one of openvino, onnx, torch")

    @classmethod
    def _load_torch(cls, model_dir: Path, checkpoint: Path | None, threads: int | None) -> Self:
        manifest = load_weights(model_dir).manifest
        if checkpoint is None:
            needed = f"the torch backend needs the checkpoint {manifest.checkpoint.file}: set QUICKCLAIM_CHECKPOINT"
            raise ModelError("weights_missing", needed)
        content = read_verified(checkpoint, manifest.checkpoint)
        from inference.backends.torch import TorchBackend

        return cls(manifest, TorchBackend(content, threads=threads))

    def detect(self, photo: PhotoLike) -> Detections:
        """Everything seen on one photo, boxes in pixels of the upright photo. Raises ``ModelError``."""
        picture, plan = letterbox(photo, self.manifest.input)
        return self._read(self.backend.run(picture[None])[0], plan)

    def detect_many(self, photos: Iterable[PhotoLike], *, batch: int = BATCH) -> Iterator[Detections]:
        """The detections of each photo, in order, as they become ready.

        ``photos`` may decode lazily: it is read while the network works on earlier photos, and only a few ahead, so
        memory does not grow with their number. Photos whose letterboxes are alike share a batch.
        """
        plans: deque[list[Letterbox]] = deque()
        for outputs in self.backend.run_many(self._batches(photos, batch, plans)):
            for output, plan in zip(outputs, plans.popleft(), strict=True):
                yield self._read(output, plan)

    def _batches(self, photos: Iterable[PhotoLike], size: int, plans: deque[list[Letterbox]]) -> Iterator[Batch]:
        """Runs of equal shape, at most ``size`` long. Leaves the plans of each batch in ``plans``."""
        prepared = (letterbox(photo, self.manifest.input) for photo in photos)
        for _, alike in groupby(prepared, key=_shape):
            while pairs := list(islice(alike, size)):
                plans.append([plan for _, plan in pairs])
                yield np.stack([picture for picture, _ in pairs])

    def _read(self, output: RawOutput, plan: Letterbox) -> Detections:
        manifest = self.manifest
        return detections_from_yolo_output(
            output, plan=plan, labels=manifest.labels, spec=manifest.output, calibration=manifest.calibration
        )


def _shape(prepared: tuple[Pixels, Letterbox]) -> tuple[int, ...]:
    return prepared[0].shape


def _check_labels(manifest: Manifest, backend: Backend) -> None:
    if backend.labels != manifest.label_names:
        pairs = zip(manifest.label_names, backend.labels, strict=False)
        differing = [f"{ours} is {theirs}" for ours, theirs in pairs if ours != theirs]
        counts = f"{len(manifest.label_names)} in the manifest, {len(backend.labels)} in the weights"
        raise ModelError("labels_mismatch", "; ".join([counts, *differing]))


def _check_output(manifest: Manifest, backend: Backend) -> None:
    """A network with other channels must not start to serve."""
    shape, channels = backend.output_shape, 4 * manifest.output.boxes + len(manifest.labels)
    if len(shape) != 3 or shape[1] != channels:
        raise ModelError("output_mismatch", f"shape {shape}, expected (photos, {channels}, anchors)")
