"""Whoever makes the pictures, a run is shown the same ones in the same order; a pause is not an end."""

import hashlib
import importlib.util
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.prepare import prepare
from training.prepared import PreparedSet
from training.recipe import Augment

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="the train extra is not installed"),
]

DRAW, MAKE = Callable[..., Path], Callable[..., Any]
AUGMENT = Augment(mosaic=0.5)
TYPES = {"folder": "damage_types", "teaches": {"dent": ["dent"]}}
PLAN = {"epochs": 2, "batch": 2, "size": 64, "rate": 0.001, "plain": 0.0}


@pytest.fixture
def prepared(draw: DRAW, photo: Any, recipe: MAKE) -> tuple[PreparedSet, Path]:
    """Five photos, of which the last is clean."""
    boxes = [("dent", 10, 10, 40, 30)]
    root = draw("damage_types", *(photo(name=f"{n}.png", seed=n, boxes=boxes if n < 4 else []) for n in range(5)))
    return prepare(recipe(TYPES, schedule=PLAN), root).prepared, root


def _shown(samples: Any, until: int, steps: Iterator[Any], augment: Augment) -> list[tuple[int, list[Any]]]:
    from training.shown import by_thread

    seen = []
    for step, pictures, targets in by_thread(samples, augment, steps):
        if step == until:
            break
        values = (pictures, targets.photo, targets.label, targets.boxes, targets.taught)
        seen.append((step, [value.numpy().copy() for value in values]))
    return seen


def _choices(samples: Any, first: int, augment: Augment, seed: int) -> Iterator[Any]:
    """Choices of two from a step on; plain from the eighth step."""
    from training.samples import batches

    for step, chosen in batches(samples, batch=2, seed=seed, first=first):
        yield step, [(index, random, step >= 8) for index, random in chosen]


def test_the_thread_makes_the_same_batches_from_any_step_on(prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    samples = Samples(*prepared, 64)
    alone = _shown(samples, 12, _choices(samples, 0, AUGMENT, 3), AUGMENT)
    later = _shown(samples, 12, _choices(samples, 4, AUGMENT, 3), AUGMENT)
    assert [step for step, _ in later] == list(range(4, 12))
    for (_, values), (_, same) in zip(alone[4:], later, strict=True):
        for value, other in zip(values, same, strict=True):
            np.testing.assert_array_equal(value, other)


def test_the_thread_shows_all_of_a_choice_that_ends(prepared: tuple[PreparedSet, Path]) -> None:
    from itertools import islice

    from training.samples import Samples
    from training.shown import by_thread

    samples = Samples(*prepared, 64)
    for count in (0, 1, 5):
        steps = islice(_choices(samples, 0, AUGMENT, 3), count)
        assert [step for step, *_ in by_thread(samples, AUGMENT, steps)] == list(range(count))


def test_processes_make_the_batches_that_the_thread_makes(prepared: tuple[PreparedSet, Path], tmp_path: Path) -> None:
    from training.samples import Samples

    made, root = prepared
    made.write(tmp_path / "set")
    script = Path(__file__).with_name("shown_by_processes.py")
    call = [sys.executable, "-W", "error", str(script), str(tmp_path / "set"), str(root), "5", "12"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    samples = Samples(made, root, 64)
    alone = _shown(samples, 12, _choices(samples, 0, AUGMENT, 3), AUGMENT)
    expected = [[step, *(_hash(value) for value in values)] for step, values in alone[5:]]
    assert json.loads(done.stdout) == expected


def _start() -> bytes:
    """A checkpoint of a random network with one label of each group."""
    from inference.backends.torch import keep_ultralytics_to_itself

    keep_ultralytics_to_itself()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    network: Any = DetectionModel("yolo26n.yaml", nc=3, verbose=False)
    network.names = {0: "hood", 1: "scratch", 2: "damaged_Door"}
    file = io.BytesIO()
    torch.save({"model": network}, file)
    return file.getvalue()


@pytest.mark.skipif(importlib.util.find_spec("ultralytics") is None, reason="the train extra is not installed")
def test_a_paused_run_goes_on_with_what_comes_next(
    prepared: tuple[PreparedSet, Path], recipe: MAKE, tmp_path: Path
) -> None:
    from training.train import Trainer

    class Watched(Trainer):
        def _step(self, pictures: Any, _: Any) -> dict[str, float]:
            seen.append(_hash(pictures.numpy()))
            return {"loss": 0.0}

    made, seen = recipe(TYPES, schedule=PLAN), list[str]()
    run = Watched(made, *prepared, tmp_path, _start())
    whole = [
        _hash(values[0])
        for _, values in _shown(run.samples, 5, _choices(run.samples, 0, made.augment, 0), made.augment)
    ]
    run.train(str, pause=0.0)
    assert run.progress.step == len(seen) == 1
    assert run.finished.is_file()
    run.train(str)
    assert seen == whole


def _hash(pictures: Any) -> str:
    return hashlib.sha256(pictures.tobytes()).hexdigest()
