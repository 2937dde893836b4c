"""Photos per second: the batch, the bare network in its best batch, and a loop of Ultralytics' ``predict``."""

import importlib.util
import itertools
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from batch_cases import SHARED, Archive
from batch_work import chunks_of, work_for

from claims.rescore.engines import Engine
from claims.rescore.work import Done, Work
from inference.detector import Detector
from inference.images import IntakeLimits, read_photo
from inference.preprocess import Pixels, letterbox
from model.registry import DEFAULT_MODEL, shipped_weights

BATCHES: Final = (1, 2, 4, 8, 16)
"""Photos in a batch that the bare network is tried with."""

STOCK: Final = "joint-v0.pt"
"""What Ultralytics runs: the same network with one box for all labels. Its ``predict`` cannot run the shipped one,
whose head has a box for each group."""

_SAMPLE: Final = 192
_LEAST_S: Final = 2.0
_LOOPED: Final = 48


def speed(archive: Archive, folder: Path, engine: Callable[[], Engine], rounds: int) -> dict[str, Any]:
    """Medians over ``rounds``; in each round everything is measured once, one after the other."""
    runs: dict[str, Callable[[], float]] = {}
    for name, quantised in (("int8", True), ("float32", False)):
        network = Network(archive.photos[:_SAMPLE], quantised=quantised)
        runs |= {f"network_{name}_{size}": network.at(size) for size in BATCHES}
        runs[f"batch_{name}"] = Batch(archive, folder / name, engine, quantised=quantised).run
    result: dict[str, Any] = {"photos": len(archive.photos), "rounds": rounds, "missing": {}}
    if predict := _predict(archive.photos[:_LOOPED], result["missing"]):
        runs["ultralytics"] = predict
    rates = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            rates[name].append(run())
    return result | _told({name: median(found) for name, found in rates.items()})


def _told(rates: dict[str, float]) -> dict[str, Any]:
    told: dict[str, Any] = {f"{name}_per_s": round(rate, 2) for name, rate in rates.items()}
    for name in ("int8", "float32"):
        best = max(BATCHES, key=lambda size: rates[f"network_{name}_{size}"])
        bare = rates[f"network_{name}_{best}"]
        told |= {f"best_batch_{name}": best, f"batch_over_network_{name}": round(rates[f"batch_{name}"] / bare, 3)}
    if "ultralytics" in rates:
        told["batch_over_ultralytics"] = round(rates["batch_int8"] / rates["ultralytics"], 2)
    return told


@dataclass(frozen=True, slots=True)
class Batch:
    """The whole way of the batch: files to Parquet, nothing kept from before."""

    archive: Archive
    folder: Path
    engine: Callable[[], Engine]
    quantised: bool

    def run(self) -> float:
        """Photos per second, see ``steady_rate``."""
        shutil.rmtree(self.folder, ignore_errors=True)
        work = work_for(self.folder / "out", self.folder / "cache", quantised=self.quantised, threads=1)
        return steady_rate(self.engine(), work, self.archive)


def steady_rate(engine: Engine, work: Work, archive: Archive, workers: int = 2) -> float:
    """Photos per second from when each worker has begun its second chunk to the end: without the start of processes,
    which the bare network does not pay either, and with the last worker's wait for the others."""
    done: list[tuple[float, Done]] = [
        (time.perf_counter(), chunk) for chunk in engine.work_off(work, chunks_of(archive))
    ]
    (began, _), (ended, _) = done[workers - 1], done[-1]
    return sum(chunk.photos for _, chunk in done[workers:]) / (ended - began)


class Network:
    """The network alone, on letterboxed photos that lie ready in memory, those of one shape together."""

    def __init__(self, photos: Sequence[Path], *, quantised: bool) -> None:
        self._detector = Detector.load(shipped_weights() / DEFAULT_MODEL, quantised=quantised)
        pictures = sorted(map(self._picture, photos), key=lambda picture: picture.shape)
        groups = itertools.groupby(pictures, key=lambda picture: picture.shape)
        self._alike = [list(group) for _, group in groups]

    def at(self, size: int) -> Callable[[], float]:
        """A measurement: photos per second in batches of ``size``."""
        batches = [np.stack(alike[i : i + size]) for alike in self._alike for i in range(0, len(alike), size)]
        photos = sum(map(len, batches))

        def rate() -> float:
            began, turns = time.perf_counter(), 0
            while (seconds := time.perf_counter() - began) < _LEAST_S or not turns:
                _exhaust(self._detector.backend.run_many(batches))
                turns += 1
            return turns * photos / seconds

        _exhaust(self._detector.backend.run_many(batches))
        return rate

    def _picture(self, path: Path) -> Pixels:
        spec = self._detector.manifest.input
        photo = read_photo(path, name=path.name, limits=IntakeLimits(), min_side=spec.size)
        return letterbox(photo, spec)[0]


def _predict(photos: Sequence[Path], missing: dict[str, str]) -> Callable[[], float] | None:
    """The loop, or None and why there is none."""
    checkpoint = SHARED / "weights" / STOCK
    if importlib.util.find_spec("ultralytics") is None:
        missing["ultralytics"] = "the train extra is not installed"
    elif not checkpoint.is_file():
        missing["ultralytics"] = f"../shared/weights/{STOCK} is absent"
    else:
        return _loop(checkpoint, photos)
    return None


def _loop(checkpoint: Path, photos: Sequence[Path]) -> Callable[[], float]:
    from inference.backends.torch import keep_ultralytics_to_itself
    from training.torchvision_ops import provide

    keep_ultralytics_to_itself()
    provide()
    from ultralytics import YOLO

    model = YOLO(checkpoint)
    arguments = {"imgsz": 512, "conf": 0.05, "iou": 0.7, "device": "cpu", "verbose": False, "save": False}

    def rate() -> float:
        began = time.perf_counter()
        for photo in photos:
            model.predict(str(photo), **arguments)
        return len(photos) / (time.perf_counter() - began)

    rate()
    return rate


def _exhaust(outputs: Iterable[Any]) -> None:
    for _ in outputs:
        pass
