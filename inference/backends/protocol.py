"""What every engine promises."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

Batch = npt.NDArray[np.uint8]
"""Photos as the network takes them: (n, height, width, 3), RGB, letterboxed."""

RawOutput = npt.NDArray[np.float32]
"""What the network gives: (n, 4 + labels, anchors)."""

SMALL_BATCH: Batch = np.full((1, 64, 64, 3), 114, dtype=np.uint8)
"""One small grey picture, for engines that learn the shape of their output by running."""


class Backend(Protocol):
    """One network in one engine."""

    @property
    def name(self) -> str:
        """``openvino``, ``onnx`` or ``torch``."""

    @property
    def version(self) -> str:
        """The engine's version."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label names that the weights themselves carry, in channel order."""

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """Of its output, None where that depends on the batch; found as cheaply as the engine can.

        Raises ``ModelError`` ``model.run_failed``.
        """

    def run(self, batch: Batch) -> RawOutput:
        """One batch, answered as soon as possible. Raises ``ModelError`` ``model.run_failed``."""

    def run_many(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        """Many batches, most per second, answered in order.

        ``batches`` is read while earlier batches compute, a few ahead and never all of them.
        """
