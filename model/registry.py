"""Finding detectors on disk and checking that each is what its manifest says."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from model.beside import check_evaluation, check_papers, files_of
from model.errors import ModelError
from model.manifest import FileName, FileRef, Manifest

MANIFEST = "manifest.json"
SHIPPED = "shipped.yaml"
"""Beside the folders of the models: which of them is used when nobody names one."""
BEFORE_THE_GATE = "2e69a6546d0ea94a45a2f9abd51c04d3246b071cae897f62ef57916c10f4f0d1"
"""Digest of the manifest of joint-v0: the first detector had none before it to be better than, so it has no promotion.
Every other default must have one."""


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


def read_manifest(folder: Path) -> Manifest:
    """The papers of one model. Raises ``ModelError``: as ``Manifest.read``, and ``model.not_promoted`` for one that
    ``shipped.yaml`` beside its folder names and that did not pass the gate."""
    manifest = Manifest.read(folder / MANIFEST)
    passed = manifest.promotion is not None or manifest.digest == BEFORE_THE_GATE
    if not passed and _is_default(folder.absolute()):
        raise ModelError("not_promoted", f"{folder.name} is named by {SHIPPED}: python -m training promote")
    return manifest


def _is_default(folder: Path) -> bool:
    return (folder.parent / SHIPPED).exists() and default_model(folder.parent) == folder.name


def load_weights(folder: Path, *, quantised: bool = False) -> Weights:
    """Read manifest and weights of one model and check the sha256 of the network, of its copy, whichever is used, and
    of the evaluation that it was promoted by.

    ``quantised``: take the 8-bit copy where there is one and it pays; the manifest then cites that file. Raises
    ``ModelError``: as ``read_manifest`` and ``check_evaluation``, and ``model.weights_missing``, ``weights_corrupt``.
    """
    manifest = read_manifest(folder)
    check_evaluation(folder, manifest)
    contents = {ref.file: read_verified(folder / ref.file, ref) for ref in files_of(manifest)}
    if quantised and manifest.quantised is not None and manifest.quantised.pays:
        manifest = manifest.model_copy(update={"weights": manifest.quantised.weights})
    return Weights(manifest=manifest, content=contents[manifest.weights.file])


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
    """The manifest, once manifest, all weights and the papers of a promotion are found sound.

    Raises ``ModelError``: as ``load_weights`` and ``check_papers``.
    """
    manifest = load_weights(folder).manifest
    check_papers(folder, manifest)
    return manifest
