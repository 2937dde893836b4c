"""How well does the computed size of a damage agree with the severity that annotators wrote?

``python -m training.severity_check DATASETS``: the annotated boxes of ``damage_types`` (training split), with the parts
that the shipped detector recognises around them as the scale. The computed severity is not fitted to these labels.
"""

import sys
from collections import Counter
from pathlib import Path

from claims.rulebook import Rulebook
from data.datasets import AnnotatedPhoto, read_photos
from inference import attribution
from inference.detector import Detector
from inference.scene import Scene
from inference.sizing import cm2_per_px2, damage_cm2, severity_of
from model.detections import Detection
from model.registry import model_dir, shipped_weights
from model.vocabulary import DamageKind, Severity
from training.photo_limits import Frame, load

Cell = tuple[str, str, str]


def main(datasets: Path) -> None:
    """Print one row per annotated kind and severity: how many are computed as what."""
    book, network = Rulebook.load(), Detector.load(model_dir(shipped_weights()))
    table: Counter[Cell] = Counter()
    for photo in read_photos(datasets / "damage_types", split="train"):
        table.update(_cells(photo, network, book))
    rows = sorted({(kind, stated) for kind, stated, _ in table})
    columns = [*Severity, "no scale"]
    print(f"{'annotated':<20}" + "".join(f"{name:>10}" for name in columns))  # noqa: T201
    for kind, stated in rows:
        print(f"{kind + ' ' + stated:<20}" + "".join(f"{table[kind, stated, name]:>10}" for name in columns))  # noqa: T201
    scaled = {cell: count for cell, count in table.items() if cell[2] != "no scale"}
    right = sum(count for (_, stated, computed), count in scaled.items() if stated == computed)
    print(f"agree: {right} of {sum(scaled.values())} with a scale, {sum(table.values())} in all")  # noqa: T201


def _cells(photo: AnnotatedPhoto, network: Detector, book: Rulebook) -> list[Cell]:
    frame = Frame(load(photo.path))
    detections = network.detect(frame)
    scene = Scene.read(detections, width=frame.width, height=frame.height, rules=book.consolidate)
    labels = {label.kind: label for label in network.manifest.labels if label.kind}
    cells = []
    for annotation in photo.annotations:
        stated, _, name = annotation.label.partition("-")
        kind = DamageKind(name)
        drawn = Detection(label=labels[kind], score=1.0, box=annotation.box)
        where = attribution.of_damage(drawn, scene, book.consolidate)[0]
        part = where.refs[0].part if len(where.refs) == 1 else None
        scale = cm2_per_px2(scene, part, book.consolidate)
        size = None if scale is None else damage_cm2([annotation.box], kind, scale, part, book.consolidate)
        computed = "no scale" if size is None else severity_of(size, kind, part, book.consolidate).value
        cells.append((kind.value, stated, computed))
    return cells


if __name__ == "__main__":
    main(Path(sys.argv[1]))
