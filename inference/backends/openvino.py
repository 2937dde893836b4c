"""OpenVINO: the default engine on a CPU."""

import io
import json
import logging
import tempfile
import threading
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from inference.backends.openvino_quiet import openvino
from inference.backends.protocol import SMALL_BATCH, Batch, RawOutput
from model.errors import ModelError

_log = logging.getLogger(__name__)

_OPTIONS: Final = {"INFERENCE_PRECISION_HINT": "f32", "CPU_RUNTIME_CACHE_CAPACITY": "1200"}
"""The second is how many prepared operators a stream keeps. The network has 90, each prepared anew for every shape of
a batch: 80 ms and 17 MiB a shape. By default OpenVINO keeps 5,000."""
_TOGETHER: Final = 4
"""Batches of fewer photos are taken apart by ``run_many``: every size of a batch is another shape."""


class OpenVinoBackend:
    """The network, compiled when first needed: for one photo at once, for many, or for both.

    ``run``, and ``run_many`` of one photo, use the LATENCY hint: one stream, all cores work on the one photo.
    ``run_many`` otherwise uses the THROUGHPUT hint: OpenVINO opens as many streams as the cores carry, which wastes
    less on synchronising threads. OpenVINO counts the cores this process may use; ``threads`` lowers that number where
    other work shares the machine. Arithmetic is float32 on purpose: see docs/decisions/0004-serving-the-network.md.
    """

    name = "openvino"

    def __init__(self, weights: bytes, *, threads: int | None = None, cache_dir: Path | None = None) -> None:
        """``weights`` is a verified ONNX file, or a network that was ``packed``.

        ``cache_dir`` keeps compiled networks between starts.
        """
        self.version: str = openvino.__version__
        self._core = openvino.Core()
        self._options = {} if threads is None else {"INFERENCE_NUM_THREADS": str(threads)}
        if cache_dir is not None:
            self._cache_in(cache_dir)
        try:
            self._network = _read(self._core, weights)
        except (RuntimeError, KeyError, zipfile.BadZipFile) as error:
            raise ModelError("weights_unreadable", str(error)) from error
        self.labels: tuple[str, ...] = _labels(self._network)
        self._compiled: dict[str, Any] = {}
        self._compiling = threading.Lock()

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """See ``Backend.output_shape``. What OpenVINO infers from the graph, without compiling it."""
        shape = self._network.output(0).get_partial_shape()
        if shape.rank.is_dynamic:
            return self.run(SMALL_BATCH).shape
        return tuple(side.get_length() if side.is_static else None for side in shape)

    def run(self, batch: Batch) -> RawOutput:
        """See ``Backend.run``."""
        try:
            request = self._for("LATENCY").create_infer_request()
            request.infer([batch], share_inputs=True)
            return _output(request)
        except RuntimeError as error:
            raise ModelError("run_failed", str(error)) from error

    def run_many(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        """See ``Backend.run_many``."""
        coming = iter(batches)
        first = list(islice(coming, 1))
        if first and len(first[0]) == 1:
            first += islice(coming, 1)
            if len(first) == 1:
                yield self.run(first[0])
                return
        counts: deque[int] = deque()
        outputs = self._in_streams(_pieces(chain(first, coming), counts))
        for output in outputs:
            rest = list(islice(outputs, counts.popleft() - 1))
            yield np.concatenate([output, *rest]) if rest else output

    def _in_streams(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        """One request per stream and one more, so that a stream never waits for Python."""
        network = self._for("THROUGHPUT")
        idle = [network.create_infer_request() for _ in range(network.get_property("NUM_STREAMS") + 1)]
        busy: deque[Any] = deque()
        for batch in batches:
            if not idle:
                idle.append(busy.popleft())
                yield _finished(idle[-1])
            busy.append(_started(idle.pop(), batch))
        while busy:
            yield _finished(busy.popleft())

    def _for(self, hint: str) -> Any:
        """The network compiled with a hint. Requests that come together wait for one compilation."""
        with self._compiling:
            if hint not in self._compiled:
                self._compiled[hint] = self._compile({"PERFORMANCE_HINT": hint, **_OPTIONS, **self._options})
            return self._compiled[hint]

    def _cache_in(self, folder: Path) -> None:
        try:
            self._core.set_property({"CACHE_DIR": str(folder)})
        except RuntimeError as error:
            _log.warning("no cache for compiled networks: %s", error)

    def _compile(self, options: dict[str, str]) -> Any:
        """A cache that cannot be used, or that another process fills at this moment, costs time and nothing else."""
        try:
            return self._core.compile_model(self._network, "CPU", options)
        except RuntimeError as error:
            _log.warning("compiled without the cache: %s", error)
        self._core.set_property({"CACHE_DIR": ""})
        try:
            return self._core.compile_model(self._network, "CPU", options)
        except RuntimeError as error:
            raise ModelError("weights_unreadable", str(error)) from error


def packed(network: Any) -> bytes:
    """OpenVINO's own two files of a network in one; the same bytes for the same network."""
    with tempfile.TemporaryDirectory() as folder:
        openvino.save_model(network, Path(folder) / _PACKED[0], compress_to_fp16=False)
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
            for name in _PACKED:
                pack.writestr(zipfile.ZipInfo(name), (Path(folder) / name).read_bytes(), zipfile.ZIP_DEFLATED)
    return file.getvalue()


_PACKED = ("network.xml", "network.bin")


def _read(core: Any, weights: bytes) -> Any:
    if not zipfile.is_zipfile(io.BytesIO(weights)):
        return core.read_model(weights)
    with zipfile.ZipFile(io.BytesIO(weights)) as pack:
        return core.read_model(*(pack.read(name) for name in _PACKED))


def _pieces(batches: Iterable[Batch], counts: deque[int]) -> Iterator[Batch]:
    """What the streams get. Leaves in ``counts`` how many pieces each batch became."""
    for batch in batches:
        pieces = np.split(batch, len(batch)) if 1 < len(batch) < _TOGETHER else [batch]
        counts.append(len(pieces))
        yield from pieces


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
