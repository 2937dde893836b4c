"""What every engine promises, and what engines without an asynchronous queue share."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np
import numpy.typing as npt

Batch = npt.NDArray[np.uint8]
"""Photos as the network takes them: (n, height, width, 3), RGB, letterboxed."""

RawOutput = npt.NDArray[np.float32]
"""What the network gives: (n, 4 + labels, anchors)."""


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

    def run(self, batch: Batch) -> RawOutput:
        """One batch, answered as soon as possible. Raises ``ModelError`` ``model.run_failed``."""

    def run_many(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        """Many batches, most per second, answered in order.

        ``batches`` is read while earlier batches compute, a few ahead and never all of them.
        """


def run_ahead(run: Callable[[Batch], RawOutput], batches: Iterable[Batch], *, ahead: int = 2) -> Iterator[RawOutput]:
    """``run`` on every batch in one thread of its own, so that preparing the next batches costs no time."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="network") as pool:
        pending: deque[Future[RawOutput]] = deque()
        for batch in batches:
            pending.append(pool.submit(run, batch))
            if len(pending) > ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
