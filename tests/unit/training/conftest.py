"""Small annotated sets, drawn for the tests."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from data.taxonomy import read_taxonomy
from training.recipe import Recipe

WIDTH, HEIGHT = 96, 64


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture that looks like no other unless its ``seed`` is the other's. ``boxes``: label, x, y, width, height."""

    name: str
    seed: int
    boxes: Sequence[tuple[str, float, float, float, float]] = ()
    split: str = "train"
    group: str = ""
    mirrored: bool = False
    size: tuple[int, int] = (WIDTH, HEIGHT)

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        rough = np.random.default_rng(self.seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
        smooth = np.asarray(cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
        return np.ascontiguousarray(smooth[:, ::-1]) if self.mirrored else smooth


def _coco(folder: str, photos: Sequence[Photo]) -> dict[str, Any]:
    labels = list(dict.fromkeys(box[0] for photo in photos for box in photo.boxes))
    boxes = [(index, label, box) for index, photo in enumerate(photos) for label, *box in photo.boxes]
    return {
        "images": [
            {
                "id": index,
                "file_name": photo.name,
                "width": photo.size[0],
                "height": photo.size[1],
                "split": photo.split,
                "group": photo.group or f"{folder}{index}",
            }
            for index, photo in enumerate(photos)
        ],
        "annotations": [
            {"id": number, "image_id": index, "category_id": labels.index(label), "bbox": box}
            for number, (index, label, box) in enumerate(boxes)
        ],
        "categories": [{"id": index, "name": label} for index, label in enumerate(labels)],
    }


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Path]:
    """Writes a set into the folder of sets, and returns that folder."""
    root = tmp_path / "sets"

    def write(folder: str, *photos: Photo) -> Path:
        (root / folder / "images").mkdir(parents=True)
        for photo in photos:
            cv2.imwrite(str(root / folder / "images" / photo.name), cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2BGR))
        (root / folder / "annotations.json").write_text(json.dumps(_coco(folder, photos)), "utf-8")
        return root

    return write


class KilledError(Exception):
    """The power went."""


@pytest.fixture
def survives(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], bool]:
    """Does something end before it flushes or renames for the ``deadly``-th time? That call kills it."""

    def survive(deadly: int, act: Callable[[], object]) -> bool:
        calls = 0

        def dying(call: Callable[..., None]) -> Callable[..., None]:
            def perhaps(*args: Any, **named: Any) -> None:
                nonlocal calls
                calls += 1
                if calls == deadly:
                    raise KilledError
                call(*args, **named)

            return perhaps

        with monkeypatch.context() as patch:
            for name in ("fsync", "replace"):
                patch.setattr(os, name, dying(getattr(os, name)))
            try:
                act()
            except KilledError:
                return False
        return True

    return survive


@pytest.fixture
def killable(tmp_path: Path) -> Callable[..., dict[str, int] | None]:
    """Calls a command of the laboratory, killed with -9 where ``killed_at.py`` says; None when it was killed, else how
    often it did what is counted there."""
    counted, program = tmp_path / "counted.json", Path(__file__).with_name("killed_at.py")

    def call(words: Sequence[str], at: tuple[str, int] = ("", 0)) -> dict[str, int] | None:
        line = [sys.executable, "-W", "ignore", str(program), str(counted), at[0], str(at[1]), *words]
        path = {"PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            line, capture_output=True, text=True, check=False, timeout=200, env={**os.environ, **path}
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        found: dict[str, int] = json.loads(counted.read_text("utf-8")) if done.returncode == 0 else {}
        return found or None

    return call


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Networks this small take longer to share out than to compute, and a lot longer beside another process."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def photo() -> type[Photo]:
    """How to describe a photo to ``draw``."""
    return Photo


@pytest.fixture
def recipe() -> Callable[..., Recipe]:
    """A recipe over the given sources; three old labels, everything else starts from one of them."""
    old = {"part": "hood", "damage": "scratch", "damaged_part": "damaged_Door"}

    def make(*sources: dict[str, Any], **changes: Any) -> Recipe:
        similar = {name: old[meaning.group] for name, meaning in read_taxonomy("joint-v1").items()}
        content: dict[str, Any] = {
            "name": "joint-v1",
            "expectation": "it runs",
            "start": "0" * 64,
            "similar": {name: like for name, like in similar.items() if name != like},
            "own_labels": False,
            "sources": sources,
            "schedule": {"epochs": 1, "batch": 2, "size": 64, "rate": 0.001},
        }
        return Recipe.model_validate({**content, **changes})

    return make
