"""A detector's answers, kept in a file as they come: judging that was killed goes on where it was.

They are kept for one piece of work and forgotten when it is done; a file of another detector, of other code or of
another engine is not read. Thresholds and figures change no answer: a command that has just written them finds the
answers again.
"""

import base64
import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import inference
from inference.detector import PhotoDetector
from inference.preprocess import PhotoLike
from model.detections import Detections
from model.manifest import Manifest

_COLUMNS: Mapping[str, type[np.generic]] = {"boxes": np.float32, "scores": np.float32, "label_ids": np.int64}
ANSWERS = "answers-{}.jsonl"
ENGINES = ("numpy", "onnxruntime", "opencv-python-headless", "openvino")
"""What ``inference/`` computes with; the torch backend judges nothing."""


class Remembering:
    """A detector that looks at no picture twice, whichever run showed it. One process at a time."""

    def __init__(self, detector: PhotoDetector, folder: Path) -> None:
        """``folder`` gets the file ``answers-….jsonl``."""
        self._detector = detector
        self.file = folder / ANSWERS.format(_identity(detector.manifest))
        self._known: dict[str, Detections] = {}
        self._read()

    @property
    def manifest(self) -> Manifest:
        """Of the detector that looks."""
        return self._detector.manifest

    def detect(self, photo: PhotoLike) -> Detections:
        """As the detector says, or said."""
        return next(self.detect_many([photo]))

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """The same for many, in order."""
        waiting: deque[str] = deque()
        asked: deque[str] = deque()
        for answer in self._detector.detect_many(self._unknown(photos, waiting, asked)):
            self._keep(asked.popleft(), answer)
            while waiting and waiting[0] in self._known:
                yield self._known[waiting.popleft()]
        while waiting:
            yield self._known[waiting.popleft()]

    def forget(self) -> None:
        """The work is done."""
        self.file.unlink(missing_ok=True)

    def _unknown(self, photos: Iterable[PhotoLike], waiting: deque[str], asked: deque[str]) -> Iterator[PhotoLike]:
        for photo in photos:
            key = _key(photo)
            waiting.append(key)
            if key not in self._known:
                asked.append(key)
                yield photo

    def _keep(self, key: str, answer: Detections) -> None:
        self._known[key] = answer
        columns = {name: base64.b64encode(_bytes(getattr(answer, name), kind)) for name, kind in _COLUMNS.items()}
        line = json.dumps({"key": key, **{name: content.decode() for name, content in columns.items()}})
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def _read(self) -> None:
        """A line that a killed run left unfinished is not one; what follows begins on a line of its own."""
        content = self.file.read_text("utf-8") if self.file.exists() else ""
        for line in content.splitlines():
            try:
                answer = json.loads(line)
                self._known[answer["key"]] = self._detections(answer)
            except (ValueError, KeyError):
                continue
        if content and not content.endswith("\n"):
            with self.file.open("a", encoding="utf-8") as file:
                file.write("\n")

    def _detections(self, answer: dict[str, str]) -> Detections:
        columns = {name: base64.b64decode(answer[name]) for name in _COLUMNS}
        return Detections(
            boxes=np.frombuffer(columns["boxes"], np.float32).reshape(-1, 4),
            scores=np.frombuffer(columns["scores"], np.float32),
            label_ids=np.frombuffer(columns["label_ids"], np.int64),
            labels=self.manifest.labels,
        )


def forget_all(folder: Path) -> None:
    """The work that left answers in ``folder``, whichever detectors gave them, is done."""
    for file in folder.glob(ANSWERS.format("*")):
        file.unlink()


def _bytes(column: npt.NDArray[Any], kind: type[np.generic]) -> bytes:
    return np.ascontiguousarray(column, dtype=kind).tobytes()


def _key(photo: PhotoLike) -> str:
    """By content: a photo that was made worse is another picture."""
    pixels = np.ascontiguousarray(photo.pixels)
    shape = f"{pixels.shape} {photo.width} {photo.height} "
    return hashlib.sha256(shape.encode() + pixels.tobytes()).hexdigest()


def _identity(manifest: Manifest) -> str:
    """Of all in the papers that decides an answer, and of the code and engines that turn a photo into detections."""
    papers = manifest.model_dump_json(include={"input", "output", "calibration"})
    labels = [(label.name, label.group) for label in manifest.labels]
    engines = [version(name) for name in ENGINES]
    digest = hashlib.sha256(json.dumps([manifest.weights.sha256, papers, labels, engines]).encode())
    for path in sorted(Path(inference.__path__[0]).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
