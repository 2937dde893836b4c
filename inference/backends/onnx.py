"""ONNX Runtime: the portable engine."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import onnxruntime

from inference.backends.protocol import SMALL_BATCH, Batch, RawOutput
from inference.read_ahead import read_ahead
from model.errors import ModelError


class OnnxBackend:
    """The network in ONNX Runtime, on CUDA where the installed runtime offers it, else on the CPU."""

    name = "onnx"

    def __init__(self, weights: bytes, *, threads: int | None = None) -> None:
        """``weights`` is a verified ONNX file. ``threads`` within one operator; default: every core."""
        self.version: str = onnxruntime.__version__
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        try:
            self._session = onnxruntime.InferenceSession(weights, options, providers=_providers())
        except Exception as error:  # its errors share no base class but Exception
            raise ModelError("weights_unreadable", str(error)) from error
        self._input: str = self._session.get_inputs()[0].name
        self.labels: tuple[str, ...] = _labels(self._session)

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """See ``Backend.output_shape``."""
        return self.run(SMALL_BATCH).shape

    def run(self, batch: Batch) -> RawOutput:
        """See ``Backend.run``."""
        try:
            output: RawOutput = self._session.run(None, {self._input: batch})[0]
        except Exception as error:  # as above
            raise ModelError("run_failed", str(error)) from error
        return output

    def run_many(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        """See ``Backend.run_many``."""
        return read_ahead(self.run, batches, workers=1)


def _providers() -> list[str]:
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    offered = onnxruntime.get_available_providers()
    return [name for name in wanted if name in offered]


def _labels(session: Any) -> tuple[str, ...]:
    metadata = session.get_modelmeta().custom_metadata_map
    if "labels" not in metadata:
        raise ModelError("labels_mismatch", "the weights carry no label names")
    return tuple(json.loads(metadata["labels"]))
