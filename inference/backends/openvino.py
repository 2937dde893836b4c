"""OpenVINO: the default engine on a CPU."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openvino

from inference.backends.protocol import Batch, RawOutput
from model.errors import ModelError


class OpenVinoBackend:
    """The network compiled twice: for one photo at once, and, when first asked for, for many.

    ``run`` compiles with the LATENCY hint: one stream, all cores work on the one photo. ``run_many`` compiles with the
    THROUGHPUT hint: OpenVINO opens as many streams as the cores carry, which wastes less on synchronising threads.
    OpenVINO counts the cores this process may use; ``threads`` lowers that number where other work shares the machine.
    Arithmetic is float32 on purpose: see docs/decisions/0004-serving-the-network.md.
    """

    name = "openvino"

    def __init__(self, weights: bytes, *, threads: int | None = None, cache_dir: Path | None = None) -> None:
        """``weights`` is a verified ONNX file. ``cache_dir`` keeps compiled networks between starts."""
        self.version: str = openvino.__version__
        self._core = openvino.Core()
        self._threads = threads
        if cache_dir is not None:
            self._core.set_property({"CACHE_DIR": str(cache_dir)})
        try:
            self._network = self._core.read_model(weights)
            self._one = self._compile("LATENCY")
        except RuntimeError as error:
            raise ModelError("weights_unreadable", str(error)) from error
        self.labels: tuple[str, ...] = _labels(self._network)
        self._many: Any = None

    def run(self, batch: Batch) -> RawOutput:
        """See ``Backend.run``."""
        try:
            request = self._one.create_infer_request()
            request.infer([batch], share_inputs=True)
            return _output(request)
        except RuntimeError as error:
            raise ModelError("run_failed", str(error)) from error

    def run_many(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        """See ``Backend.run_many``."""
        self._many = self._many or self._compile("THROUGHPUT")
        idle = [self._many.create_infer_request() for _ in range(self._many.get_property("NUM_STREAMS") + 1)]
        busy: deque[Any] = deque()
        for batch in batches:
            if not idle:
                idle.append(busy.popleft())
                yield _finished(idle[-1])
            busy.append(_started(idle.pop(), batch))
        while busy:
            yield _finished(busy.popleft())

    def _compile(self, hint: str) -> Any:
        options = {"PERFORMANCE_HINT": hint, "INFERENCE_PRECISION_HINT": "f32"}
        if self._threads is not None:
            options["INFERENCE_NUM_THREADS"] = str(self._threads)
        return self._core.compile_model(self._network, "CPU", options)


def _started(request: Any, batch: Batch) -> Any:
    try:
        request.start_async([batch])
    except RuntimeError as error:
        raise ModelError("run_failed", str(error)) from error
    return request


def _finished(request: Any) -> RawOutput:
    try:
        request.wait()
        return _output(request)
    except RuntimeError as error:
        raise ModelError("run_failed", str(error)) from error


def _output(request: Any) -> RawOutput:
    output: RawOutput = request.get_output_tensor(0).data.copy()
    return output


def _labels(network: Any) -> tuple[str, ...]:
    """ONNX metadata arrives under ``framework``."""
    path = ["framework", "labels"]
    if not network.has_rt_info(path):
        raise ModelError("labels_mismatch", "the weights carry no label names")
    return tuple(json.loads(network.get_rt_info(path).astype(str)))
