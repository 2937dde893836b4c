"""Finding detectors on disk and checking that each is what its manifest says."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from model.errors import ModelError
from model.manifest import FileRef, Manifest

MANIFEST = "manifest.json"
DEFAULT_MODEL = "joint-v0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A manifest and the very bytes it vouches for: what was hashed is what gets compiled."""

    manifest: Manifest
    content: bytes


def shipped_weights() -> Path:
    """The folder with the detectors that come with the package, one folder each."""
    return Path(__file__).parent / "weights"


def list_models(root: Path) -> list[str]:
    """Names of the folders of ``root`` that hold a manifest, sorted; none when ``root`` is missing."""
    return sorted(path.parent.name for path in root.glob(f"*/{MANIFEST}"))


def model_dir(root: Path, name: str = DEFAULT_MODEL) -> Path:
    """The folder of one model. Raises ``ModelError`` ``model.unknown`` that lists what exists."""
    known = list_models(root)
    if name not in known:
        raise ModelError("unknown", f"{name}: one of {', '.join(known) or 'none'}")
    return root / name


def load_weights(folder: Path) -> Weights:
    """Read manifest and weights of one model and check the weights' sha256.

    Raises ``ModelError``: ``model.manifest_missing``, ``manifest_invalid``, ``weights_missing``, ``weights_corrupt``.
    """
    manifest = Manifest.read(folder / MANIFEST)
    return Weights(manifest=manifest, content=read_verified(folder / manifest.weights.file, manifest.weights))


def read_verified(path: Path, expected: FileRef) -> bytes:
    """The content of ``path`` when it is the expected file, else ``model.weights_missing`` or ``weights_corrupt``."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError("weights_missing", path.name) from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected.sha256:
        raise ModelError("weights_corrupt", f"{path.name}: sha256 {found[:12]}…, expected {expected.sha256[:12]}…")
    return content


def verify(folder: Path) -> Manifest:
    """The manifest, once manifest and weights are found sound. Raises as ``load_weights``."""
    return load_weights(folder).manifest
