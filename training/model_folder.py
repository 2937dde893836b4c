"""A detector's folder changes as a whole: whenever a write is killed, it holds the old detector or the new one.

The manifest names its files and is the switch. They go before it, under names that no other content has; what only the
old manifest named goes after it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from model.errors import ModelError
from model.manifest import FileRef, Manifest
from model.registry import MANIFEST
from training.whole_files import replace


def put(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Write the files that a manifest names, by the names it gives them, and the manifest; return it as written.

    A file whose name has other content in ``folder`` gets some of its sha256 into its name, and a seal is renewed.
    """
    placed = _placed(manifest, folder)
    for told, ref in zip(_files(manifest), _files(placed), strict=True):
        if not _holds(folder, ref):
            replace(folder / ref.file, files[told.file])
    gone = _named_in(folder) - {ref.file for ref in _files(placed)}
    replace(folder / MANIFEST, placed.to_json().encode())
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return placed


def _files(manifest: Manifest) -> list[FileRef]:
    return [manifest.weights, *([manifest.quantised.weights] if manifest.quantised else [])]


def _placed(manifest: Manifest, folder: Path) -> Manifest:
    update: dict[str, object] = {"weights": _free(manifest.weights, folder)}
    if manifest.quantised is not None:
        copy = _free(manifest.quantised.weights, folder)
        update["quantised"] = manifest.quantised.model_copy(update={"weights": copy})
    placed = manifest.model_copy(update=update)
    return placed.sealed() if manifest.seal else placed


def _free(ref: FileRef, folder: Path) -> FileRef:
    path = folder / ref.file
    if not path.exists() or _holds(folder, ref):
        return ref
    return ref.model_copy(update={"file": f"{path.stem}-{ref.sha256[:12]}{path.suffix}"})


def _holds(folder: Path, ref: FileRef) -> bool:
    path = folder / ref.file
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == ref.sha256


def _named_in(folder: Path) -> set[str]:
    """The files of the manifest that lies there; none where it cannot be read."""
    try:
        return {ref.file for ref in _files(Manifest.read(folder / MANIFEST))}
    except ModelError:
        return set()
