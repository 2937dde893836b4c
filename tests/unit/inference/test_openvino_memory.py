"""What OpenVINO keeps of the shapes that it has met, and that batches taken apart to meet fewer change no answer."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from inference.backends.openvino import OpenVinoBackend
from inference.backends.protocol import Batch
from inference.detector import Detector
from model.registry import model_dir, shipped_weights

_GROWTH = """
import os
import numpy as np
from pathlib import Path
from inference.detector import Detector
from model.registry import model_dir, shipped_weights

def resident():
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

engine = Detector.load(model_dir(shipped_weights()), threads=1).backend
for side in range(32, 449, 32):
    engine.run(np.full((1, 64, side, 3), 114, dtype=np.uint8))
before = resident()
for side in range(32, 321, 32):
    engine.run(np.full((1, 96, side, 3), 114, dtype=np.uint8))
print(resident() - before)
"""
_MIB_OF_FEW_SHAPES = 60.0
"""Ten further shapes are more than 100 MiB where all are kept."""


@pytest.fixture(scope="module")
def engine() -> OpenVinoBackend:
    backend = Detector.load(model_dir(shipped_weights())).backend
    assert isinstance(backend, OpenVinoBackend)
    return backend


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_number_of_shapes() -> None:
    done = subprocess.run([sys.executable, "-c", _GROWTH], check=True, capture_output=True, text=True)
    assert float(done.stdout) < _MIB_OF_FEW_SHAPES


@pytest.mark.parametrize("sizes", [(1, 1), (2,), (3, 4, 1), (1, 5, 2, 2, 3)])
def test_batches_of_any_size_are_answered_as_their_photos_one_by_one(
    engine: OpenVinoBackend, sizes: tuple[int, ...]
) -> None:
    batches = list(_batches(sizes))
    together = list(engine.run_many(iter(batches)))
    assert [len(output) for output in together] == list(sizes)
    for batch, output in zip(batches, together, strict=True):
        alone = np.concatenate([engine.run(photo[None]) for photo in batch])
        np.testing.assert_array_equal(output, alone)


def _batches(sizes: tuple[int, ...]) -> Iterator[Batch]:
    draw = np.random.default_rng(7)
    for number, size in enumerate(sizes):
        yield draw.integers(0, 256, (size, 96 + 32 * (number % 2), 128, 3), dtype=np.uint8)
