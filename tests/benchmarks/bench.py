"""How fast photos become detections, beside Ultralytics' own ``predict``. Writes ``build/bench.json``.

    python tests/benchmarks/bench.py [--photos 20] [--rounds 5] [--out build/bench.json]

Both sides take the same JPEG files of 4032 x 3024 px and the same weights at the same input size, on the CPU, in one
process; their rounds alternate, and figures are medians over the rounds.

- ``ours_photos_per_s``: file → ``Detections``, as the pipeline does it: ``read_photo`` (all intake checks, reduced
  decoding) two ahead, ``Detector.detect_many`` on OpenVINO.
- ``ultralytics_photos_per_s``: file → ``Results``, ``YOLO(checkpoint).predict`` on torch, scores from the same floor,
  same IoU. Where torchvision's compiled operators do not load, its suppression is the stand-in of
  ``training.torchvision_ops``; ``ultralytics_ms`` shows how little time that takes.
- ``ratio``: the first over the second.
- ``network_photos_per_s``: the same engine and batches on pictures that lie ready in memory: nothing but the network.
- ``pipeline_over_network``: time of ours over time of the network alone.
- ``warm_pipeline_over_network``: the same for decoded photos: letterbox, network, suppression.
- ``decode_ms``: ``read_photo`` of one photo in one thread.
- ``cold_cli_s``: a new process, ``quickclaim assess PHOTO --json`` until it ends, fastest of three.
- ``peak_mib``: peak resident memory of a new process that takes 20 photos from file to detections.
- ``cli_peak_mib``: the same of ``quickclaim assess`` on these photos.

A figure that cannot be taken here is null and ``missing`` says why.
"""

import argparse
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from phone_photos import phone_photos

from inference.detector import BATCH, Detector
from inference.images import IntakeLimits, Photo, read_photo
from inference.preprocess import letterbox
from inference.read_ahead import read_ahead
from model.registry import DEFAULT_MODEL, shipped_weights

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


def main() -> None:
    """Measure, write, and print."""
    options = _options()
    photos = phone_photos(ROOT / "build" / "bench-photos", SHARED, options.photos)
    if options.only_detect:
        print(sum(map(len, Ours(photos).from_files())))  # noqa: T201
        return
    result = {"photos": len(photos), "megabytes_each": _megabytes(photos), **_machine(), "missing": {}}
    _speed(photos, options.rounds, result)
    _processes(photos, result)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))  # noqa: T201


class Ours:
    """Our side: the shipped detector on OpenVINO."""

    def __init__(self, photos: Sequence[Path]) -> None:
        self.photos = photos
        self.detector = Detector.load(shipped_weights() / DEFAULT_MODEL)
        self.limits = IntakeLimits()

    def read(self, path: Path) -> Photo:
        """Intake of one file."""
        return read_photo(path, name=path.name, limits=self.limits, min_side=self.detector.manifest.input.size)

    def from_files(self) -> Iterator[Any]:
        """File → detections."""
        return self.detector.detect_many(read_ahead(self.read, self.photos))

    def from_decoded(self, decoded: Sequence[Photo]) -> Iterator[Any]:
        """Decoded photo → detections."""
        return self.detector.detect_many(decoded)

    def network_alone(self, decoded: Sequence[Photo]) -> Callable[[], Iterator[Any]]:
        """Batches as ``detect_many`` makes them, ready in memory."""
        pictures = [letterbox(photo, self.detector.manifest.input)[0] for photo in decoded]
        pictures.sort(key=lambda picture: picture.shape)
        shapes = sorted({picture.shape for picture in pictures})
        alike = [[picture for picture in pictures if picture.shape == shape] for shape in shapes]
        batches = [np.stack(group[i : i + BATCH]) for group in alike for i in range(0, len(group), BATCH)]
        return lambda: self.detector.backend.run_many(batches)


class Theirs:
    """Ultralytics' side: its own predictor on torch."""

    def __init__(self, photos: Sequence[Path], detector: Detector) -> None:
        from inference.backends.torch import keep_ultralytics_to_itself
        from training.torchvision_ops import provide

        keep_ultralytics_to_itself()
        self.stand_in = provide()
        from ultralytics import YOLO

        self.photos = [str(path) for path in photos]
        self.model = YOLO(SHARED / "weights" / detector.manifest.checkpoint.file)
        spec, output = detector.manifest.input, detector.manifest.output
        self.arguments = {"imgsz": spec.size, "conf": output.score_floor, "iou": output.nms_iou, "device": "cpu"}
        self.stages: list[dict[str, float]] = []

    def from_files(self) -> Iterator[Any]:
        """File → results."""
        for result in self.model.predict(self.photos, stream=True, verbose=False, save=False, **self.arguments):
            self.stages.append(result.speed)
            yield result

    def stages_ms(self) -> dict[str, float]:
        """Ultralytics' own clock, per photo; reading the file is in none of its stages."""
        return {name: round(median(stage[name] for stage in self.stages), 2) for name in self.stages[0]}


def _speed(photos: Sequence[Path], rounds: int, result: dict[str, Any]) -> None:
    ours = Ours(photos)
    decoded = [ours.read(path) for path in photos]
    runs: dict[str, Callable[[], Iterator[Any]]] = {
        "network": ours.network_alone(decoded),
        "ours": ours.from_files,
        "warm": lambda: ours.from_decoded(decoded),
        "decode": lambda: map(ours.read, photos),
    }
    theirs = _theirs(photos, ours.detector, result)
    if theirs:
        runs["ultralytics"] = theirs.from_files
    seconds = {name: median(times) / len(photos) for name, times in _alternate(runs, rounds).items()}
    result |= {f"{name}_photos_per_s": round(1 / seconds[name], 2) for name in ("ours", "network")}
    result["ultralytics_photos_per_s"] = round(1 / seconds["ultralytics"], 2) if theirs else None
    result["ratio"] = round(seconds["ultralytics"] / seconds["ours"], 2) if theirs else None
    result["pipeline_over_network"] = round(seconds["ours"] / seconds["network"], 2)
    result["warm_pipeline_over_network"] = round(seconds["warm"] / seconds["network"], 2)
    result["decode_ms"] = round(1000 * seconds["decode"], 1)
    if theirs:
        result |= {"ultralytics_ms": theirs.stages_ms(), "ultralytics_nms_stand_in": theirs.stand_in}


def _theirs(photos: Sequence[Path], detector: Detector, result: dict[str, Any]) -> Theirs | None:
    if importlib.util.find_spec("ultralytics") is None:
        result["missing"]["ultralytics"] = "the train extra is not installed"
    elif not (SHARED / "weights" / detector.manifest.checkpoint.file).is_file():
        result["missing"]["ultralytics"] = f"{detector.manifest.checkpoint.file} is not in ../shared/weights"
    else:
        return Theirs(photos, detector)
    return None


def _alternate(runs: dict[str, Callable[[], Iterator[Any]]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every run in every round; one round before that warms up and is not counted."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            for _answer in run():
                pass
            times[name].append(time.perf_counter() - start)
    return {name: found[1:] for name, found in times.items()}


def _processes(photos: Sequence[Path], result: dict[str, Any]) -> None:
    result["peak_mib"] = _peak_mib([sys.executable, __file__, "--only-detect", "--photos", str(len(photos))])
    command = Path(sys.executable).with_name("quickclaim")
    try:
        result["cold_cli_s"] = round(min(_seconds([command, "assess", photos[0], "--json"]) for _ in range(3)), 2)
        result["cli_peak_mib"] = _peak_mib([command, "assess", *photos, "--json"])
    except (OSError, subprocess.CalledProcessError) as problem:
        result |= {"cold_cli_s": None, "cli_peak_mib": None}
        result["missing"]["quickclaim"] = str(problem)


def _seconds(command: Sequence[str | Path]) -> float:
    start = time.perf_counter()
    _end(_start(command), command)
    return time.perf_counter() - start


def _peak_mib(command: Sequence[str | Path]) -> int:
    """The child's own VmHWM, asked for until it ends; ``ru_maxrss`` would count this process at the fork."""
    child, peak = _start(command), 0
    status = Path(f"/proc/{child.pid}/status")
    while child.poll() is None:
        lines = [line.split() for line in status.read_text("ascii").splitlines()]
        peak = max([peak, *(int(line[1]) for line in lines if line and line[0] == "VmHWM:")])
        time.sleep(0.01)
    _end(child, command)
    return peak // 1024


def _start(command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
    home = ROOT / "build" / "bench-home"
    shutil.rmtree(home, ignore_errors=True)  # a cold start has no compiled network at hand
    environment = {**os.environ, "QUICKCLAIM_HOME": str(home)}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def _end(child: subprocess.Popen[bytes], command: Sequence[str | Path]) -> None:
    if child.wait():
        raise subprocess.CalledProcessError(child.returncode, [str(part) for part in command[:2]])


def _machine() -> dict[str, Any]:
    return {"cpus": len(os.sched_getaffinity(0)), "platform": platform.machine(), "load_before": os.getloadavg()[0]}


def _megabytes(photos: Sequence[Path]) -> float:
    return round(median(path.stat().st_size for path in photos) / 1e6, 2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench.json")
    parser.add_argument("--only-detect", action="store_true", help="what the memory of a child is measured on")
    return parser.parse_args()


if __name__ == "__main__":
    main()
