"""8-bit copies, each kept in a file once it is made: a call that was killed finds it again and makes the others."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from inspect import getsource
from pathlib import Path

from inference.backends import openvino
from inference.backends.openvino import packed
from inference.backends.protocol import Batch
from training import quantised_network
from training.quantised_network import copies, quantised
from training.whole_files import replace

MAKERS = ("nncf", "openvino")
"""What a copy is made with."""


class Copies:
    """The copies of one network, in turn, with the ranges of the same pictures. One process at a time.

    They are kept for one piece of work and forgotten when it is done; one of another network, other pictures, other
    code or another maker is not read. Within a copy NNCF has no place to stop at: a kill loses the one in work.
    """

    def __init__(self, weights: bytes, pictures: Sequence[Batch], folder: Path) -> None:
        """``weights``: an ONNX file; ``pictures``: as ``quantised`` takes them. ``folder`` gets ``copy-….zip``."""
        self._weights, self._pictures, self._folder = weights, pictures, folder
        self._identity = _identity(weights, pictures)
        self._files: list[Path] = []

    def __iter__(self) -> Iterator[bytes]:
        """Each as ``packed`` gives it."""
        for number, (network, kept) in enumerate(copies(self._weights)):
            path = self._folder / f"copy-{self._identity}-{number}.zip"
            self._files.append(path)
            if not path.exists():
                replace(path, packed(quantised(network, self._pictures, kept)))
            yield path.read_bytes()

    def forget(self) -> None:
        """The work is done."""
        for path in self._files:
            path.unlink(missing_ok=True)


def _identity(weights: bytes, pictures: Sequence[Batch]) -> str:
    """Of the network, of what it is shown, and of the code that makes its copies, one after the other."""
    digest = hashlib.sha256(json.dumps([version(name) for name in MAKERS]).encode())
    for module in (quantised_network, openvino):
        digest.update(getsource(module).encode())
    digest.update(hashlib.sha256(weights).digest())
    for picture in pictures:
        digest.update(f"{picture.shape} ".encode() + picture.tobytes())
    return digest.hexdigest()[:16]
