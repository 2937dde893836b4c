"""Finding detectors on disk and checking that each is what its manifest says."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from model.errors import ModelError
from model.manifest import FileName, FileRef, Manifest

MANIFEST = "manifest.json"
SHIPPED = "shipped.yaml"
"""Beside the folders of the models: which of them is used when nobody names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A manifest and the very bytes it vouches for: what was hashed is what gets compiled."""

    manifest: Manifest
    content: bytes


def shipped_weights() -> Path:
    """The folder with the detectors that come with the package, one folder each."""
    return Path(__file__).parent / "weights"


class _Shipped(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    default: FileName


def default_model(root: Path) -> str:
    """The model that ``shipped.yaml`` names. Raises ``ModelError`` ``model.default_unknown``."""
    try:
        return _Shipped.model_validate(yaml.safe_load((root / SHIPPED).read_text("utf-8"))).default
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise ModelError("default_unknown", f"{SHIPPED}: {error}") from error


def ship(root: Path, name: str) -> None:
    """Make a model the one that is used when nobody names one."""
    text = "# Written by `python -m training promote`.\n" + yaml.safe_dump({"default": name})
    (root / SHIPPED).write_text(text, "utf-8")


def list_models(root: Path) -> list[str]:
    """Names of the folders of ``root`` that hold a manifest, sorted; none when ``root`` is missing."""
    return sorted(path.parent.name for path in root.glob(f"*/{MANIFEST}"))


DEFAULT_MODEL = default_model(shipped_weights())


def model_dir(root: Path, name: str = DEFAULT_MODEL) -> Path:
    """The folder of one model. Raises ``ModelError`` ``model.unknown`` that lists what exists."""
    known = list_models(root)
    if name not in known:
        raise ModelError("unknown", f"{name}: one of {', '.join(known) or 'none'}")
    return root / name


def load_weights(folder: Path, *, quantised: bool = False) -> Weights:
    """Read manifest and weights of one model and check the weights' sha256.

    ``quantised``: take the 8-bit copy where there is one and it pays; the manifest then cites that file. Raises
    ``ModelError``: as ``Manifest.read``, and ``model.weights_missing``, ``weights_corrupt``.
    """
    manifest = Manifest.read(folder / MANIFEST)
    if quantised and manifest.quantised is not None and manifest.quantised.pays:
        manifest = manifest.model_copy(update={"weights": manifest.quantised.weights})
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
    """The manifest, once manifest and all weights are found sound. Raises as ``load_weights``."""
    manifest = load_weights(folder).manifest
    if manifest.quantised is not None:
        read_verified(folder / manifest.quantised.weights.file, manifest.quantised.weights)
    return manifest
