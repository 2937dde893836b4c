"""A detector's folder changes as a whole: whenever a write is killed, it holds the old detector or the new one.

The manifest names its files and is the switch. They go before it, under names that no other content has; what only the
old manifest named goes after it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from model.beside import files_of, named_files
from model.errors import ModelError
from model.manifest import FileRef, Manifest
from model.registry import MANIFEST, SHIPPED, read_verified
from training.whole_files import replace


def put(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Write the files that a manifest names, by the names it gives them, and the manifest; return it as written.

    A file whose name has other content in ``folder`` gets some of its sha256 into its name, and a seal is renewed.
    """
    placed = _placed(manifest, folder)
    for told, ref in zip(named_files(manifest), named_files(placed), strict=True):
        if not _holds(folder, ref):
            replace(folder / ref.file, files[told.file])
    gone = _named_in(folder) - {ref.file for ref in named_files(placed)}
    replace(folder / MANIFEST, placed.to_json().encode())
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return placed


def refuse_promoted(folder: Path) -> None:
    """Only ``promote`` writes where a promoted detector lies, or beside ``shipped.yaml``; everything else on a copy.

    Raises ``ModelError``: ``model.promoted``, and as ``Manifest.read`` for papers that do not hold.
    """
    if (folder.absolute().parent / SHIPPED).exists():
        raise ModelError("promoted", f"{folder.name} lies among the shipped detectors: choose another --out")
    if (folder / MANIFEST).exists() and Manifest.read(folder / MANIFEST).promotion is not None:
        raise ModelError("promoted", f"{folder.name} holds a promoted detector: choose another --out")


def changed(model: Path, out: Path, manifest: Manifest) -> Manifest:
    """Write into ``out`` the detector of ``model`` with papers that changed; nobody has promoted that one."""
    bare = manifest.model_copy(update={"promotion": None, "seal": None})
    return put(out, bare, {ref.file: read_verified(model / ref.file, ref) for ref in files_of(bare)})


def promoted_from(candidate: Manifest, shipped: Manifest) -> bool:
    """Is it the candidate that was promoted? ``put`` may have given its files other names."""
    one, other = (
        manifest.model_dump(
            exclude={
                "metrics": True,
                "promotion": True,
                "seal": True,
                "weights": {"file"},
                "quantised": {"weights": {"file"}},
            }
        )
        for manifest in (candidate, shipped)
    )
    return shipped.promotion is not None and one == other


def _placed(manifest: Manifest, folder: Path) -> Manifest:
    update: dict[str, object] = {"weights": _free(manifest.weights, folder)}
    if manifest.quantised is not None:
        copy = _free(manifest.quantised.weights, folder)
        update["quantised"] = manifest.quantised.model_copy(update={"weights": copy})
    if manifest.promotion is not None:
        evaluation = _free(manifest.promotion.evaluation, folder)
        update["promotion"] = manifest.promotion.model_copy(update={"evaluation": evaluation})
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
        return {ref.file for ref in named_files(Manifest.read(folder / MANIFEST))}
    except ModelError:
        return set()
