"""The detector's deterministic twin, for tests of everything that comes after it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from inference.preprocess import PhotoLike
from model.detections import Detections
from model.findings import Box
from model.manifest import Manifest
from model.registry import DEFAULT_MODEL, MANIFEST, shipped_weights

Row = tuple[str, float, Box]
"""Label name, score, and x1, y1, x2, y2 in pixels of the upright photo."""


def shipped_manifest(name: str = DEFAULT_MODEL) -> Manifest:
    """The manifest of a detector that comes with the package."""
    return Manifest.read(shipped_weights() / name / MANIFEST)


def detections(manifest: Manifest, rows: Iterable[Row] = ()) -> Detections:
    """Detections from rows, best score first, as the network would report them. Raises ``ValueError`` for a label
    that the manifest does not name."""
    ordered = sorted(rows, key=lambda row: -row[1])
    unknown = {name for name, _, _ in ordered} - set(manifest.label_names)
    if unknown:
        raise ValueError(f"{manifest.name} has no label {', '.join(sorted(unknown))}")
    return Detections(
        boxes=np.array([box for _, _, box in ordered], dtype=np.float32).reshape(-1, 4),
        scores=np.array([score for _, score, _ in ordered], dtype=np.float32),
        label_ids=np.array([manifest.label_names.index(name) for name, _, _ in ordered], dtype=np.int64),
        labels=manifest.labels,
    )


@dataclass(frozen=True, slots=True)
class ScriptedDetector:
    """Answers each photo with what the script says, by the photo's ``sha256`` or ``name``.

    Takes part wherever ``inference.detector.PhotoDetector`` is asked for. A photo that the script does not name raises
    ``LookupError``: silence would read as "no damage".
    """

    script: Mapping[str, Iterable[Row]]
    manifest: Manifest = field(default_factory=shipped_manifest)

    def detect(self, photo: PhotoLike) -> Detections:
        """The scripted answer."""
        keys = (str(getattr(photo, "sha256", "")), str(getattr(photo, "name", "")))
        for key in keys:
            if key in self.script:
                return detections(self.manifest, self.script[key])
        raise LookupError(f"the script names neither {keys[0]!r} nor {keys[1]!r}")

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """The scripted answers, in order."""
        return map(self.detect, photos)
