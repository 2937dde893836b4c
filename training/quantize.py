"""An 8-bit copy of the network for OpenVINO, and what it loses and gains against the full one, measured in one run."""

import hashlib
import os
import platform
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from statistics import median

import numpy as np

from data.datasets import AnnotatedPhoto, read_photos
from data.own_labels import LabelledPhoto
from inference.backends.openvino import OpenVinoBackend
from inference.backends.protocol import Backend, Batch
from inference.detector import Detector
from inference.preprocess import letterbox
from model.manifest import FileRef, Manifest
from model.papers import Quantised, QuantisedFigure
from model.registry import load_weights
from model.vocabulary import LabelGroup
from training.average_precision import IOUS, Floats
from training.evaluation_marks import Marks
from training.evaluation_sets import Observed, observe, photo_sets
from training.judging import loaded
from training.model_folder import put
from training.remembered import Remembering
from training.remembered_copies import Copies
from training.thresholds import members_of
from training.unseen import evidence

SETS = ("car_parts", "damage_types", "damaged_parts", "damage_outlines", "undamaged", "damaged_unlabelled")
ROUNDS = 60
Measured = tuple[float, int, str]
"""Value, boxes, and the sets that they are in."""

TIMED = (1, 384, 512, 3)
"""A 4:3 photo as the network gets it."""


def quantize(
    model: Path, root: Path, out: Path, *, own: Mapping[str, LabelledPhoto] | None = None, photos: int = 300
) -> Manifest:
    """Write ``out/NAME-int8.zip`` and the manifest that tells of it; return the manifest.

    Of the copies that lose little enough the one with the least in float32, else the one that loses least. Raises
    ``ModelError`` for an unsound model or an unreadable set.

    A call that was killed left in ``out`` what the networks answered and the copies that were made: the next one goes
    on from there. How fast they are is measured again, for both at once.
    """
    weights = load_weights(model)
    manifest = weights.manifest
    engine = OpenVinoBackend(weights.content)
    full = Remembering(Detector(manifest, engine), out)
    shown = islice(training_photos(root), photos)
    pictures = [letterbox(loaded(photo), manifest.input)[0][None] for photo in shown]
    sets = photo_sets(manifest, root, own or {}, final=False)
    before = precisions(observe(full, sets), manifest)
    made: list[tuple[Quantised, bytes, Remembering]] = []
    tried = Copies(weights.content, pictures, out)
    for content in tried:
        small = OpenVinoBackend(content)
        looking = Remembering(Detector(_of_copy(manifest, content), small), out)
        compared = _compared(before, precisions(observe(looking, sets), manifest))
        made.append((_paper(looking.manifest.weights, len(pictures), compared, (engine, small)), content, looking))
        if made[-1][0].loss <= made[-1][0].max_loss:
            break
    best, content, _ = min(made, key=lambda item: item[0].loss)
    told = manifest.model_copy(update={"quantised": best, "promotion": None, "seal": None})
    written = put(out, told, {manifest.weights.file: weights.content, best.weights.file: content})
    for looking in (full, *(looking for _, _, looking in made)):
        looking.forget()
    tried.forget()
    return written


def training_photos(root: Path) -> Iterator[AnnotatedPhoto]:
    """Training photos, of each set in turn, spread over the set."""
    sets = [read_photos(root / name, split="train") for name in SETS if (root / name / "annotations.json").is_file()]
    mixed = [[photos[i] for i in np.random.default_rng(0).permutation(len(photos))] for photos in sets]
    return (photo for row in zip_longest(*mixed) for photo in row if photo is not None)


def precisions(observed: Sequence[Observed], manifest: Manifest) -> dict[str, Measured]:
    """``AP50 GROUP`` and ``AP GROUP`` → value, boxes, sets; the mean over the group's labels with boxes."""
    found: dict[str, Measured] = {}
    for group in LabelGroup:
        labels = [item for name in members_of(manifest, group) if (item := evidence(observed, (name,)))]
        drawn = [item for item in labels if len(item.marks.box_photos)]
        if drawn:
            values: Floats = np.mean([_once(item.marks, len(item.clusters)) for item in drawn], axis=0)
            boxes, data = sum(len(item.marks.box_photos) for item in drawn), _sets(item.data for item in drawn)
            found |= {
                f"AP50 {group}": (float(values[0]), boxes, data),
                f"AP {group}": (float(values.mean()), boxes, data),
            }
    return found


def speed_up(full: Backend, small: Backend, rounds: int = ROUNDS) -> float:
    """Median time of one picture over median time of the other, taken in turns."""
    picture = np.random.default_rng(0).integers(0, 255, TIMED, dtype=np.uint8)
    times = [[_seconds(backend, picture) for backend in (full, small)] for _ in range(rounds)][rounds // 10 :]
    slow, fast = (median(column) for column in zip(*times, strict=True))
    return float(slow / fast)


def _once(marks: Marks, photos: int) -> Floats:
    values: Floats = marks.precisions(np.ones((1, photos), dtype=np.int64), levels=len(IOUS))[0]
    return values


def _sets(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name for item in names for name in item.split(", ")))


def _compared(before: Mapping[str, Measured], after: Mapping[str, Measured]) -> tuple[QuantisedFigure, ...]:
    return tuple(
        QuantisedFigure(name=name, data=data, n=n, full=round(value, 4), quantised=round(after[name][0], 4))
        for name, (value, n, data) in before.items()
    )


def _of_copy(manifest: Manifest, content: bytes) -> Manifest:
    """The manifest of the same network in 8 bits."""
    sha256 = hashlib.sha256(content).hexdigest()
    file = FileRef(file=f"{manifest.name}-int8.zip", sha256=sha256, bytes=len(content))
    return manifest.model_copy(update={"weights": file})


def _paper(
    file: FileRef, photos: int, figures: tuple[QuantisedFigure, ...], pair: tuple[Backend, Backend]
) -> Quantised:
    return Quantised(
        weights=file,
        photos=photos,
        figures=figures,
        speed_up=round(speed_up(*pair), 2),
        measured_on=f"{os.cpu_count()} cores of {_processor()}, OpenVINO {pair[0].version.split('-')[0]}",
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _seconds(backend: Backend, picture: Batch) -> float:
    began = time.perf_counter()
    backend.run(picture)
    return time.perf_counter() - began
