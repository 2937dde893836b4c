"""Whoever makes the pictures, a run is shown the same ones in the same order; a pause is not an end."""

import hashlib
import importlib.util
import io
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
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
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


def _steps(samples: Any, first: int, augment: Augment, seed: int) -> Iterator[Any]:
    """Choices of two from a step on; plain from the eighth step."""
    from training.samples import batches

    for step, chosen in batches(samples, augment, batch=2, seed=seed, first=first):
        yield step, [(index, random, step >= 8) for index, random in chosen]


def _shown(
    samples: Any, first: int, until: int, workers: int, *, augment: Augment = AUGMENT, seed: int = 3
) -> list[tuple[int, list[Any]]]:
    from training.shown import by_processes, by_thread

    steps = _steps(samples, first, augment, seed)
    if workers == 1:
        made = by_thread(samples, augment, steps)
    else:
        made = by_processes(samples, augment, steps, workers=workers, pin=False)
    seen = []
    for step, pictures, targets in made:
        if step == until:
            break
        values = (pictures, targets.photo, targets.label, targets.boxes, targets.taught)
        seen.append((step, [value.numpy().copy() for value in values]))
    return seen


@pytest.mark.parametrize(("workers", "first"), [(1, 4), (2, 5)])
def test_all_make_the_same_batches_from_any_step_on(
    prepared: tuple[PreparedSet, Path], workers: int, first: int
) -> None:
    from training.samples import Samples

    samples = Samples(*prepared, 64)
    alone, together = _shown(samples, 0, 12, 1), _shown(samples, first, 12, workers)
    assert [step for step, _ in together] == list(range(first, 12))
    for (_, values), (_, same) in zip(alone[first:], together, strict=True):
        for value, other in zip(values, same, strict=True):
            np.testing.assert_array_equal(value, other)


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
    whole = [_hash(values[0]) for _, values in _shown(run.samples, 0, 5, 1, augment=made.augment, seed=0)]
    run.train(str, pause=0.0)
    assert run.progress.step == len(seen) == 1
    assert run.finished.is_file()
    run.train(str)
    assert seen == whole


def _hash(pictures: Any) -> str:
    return hashlib.sha256(pictures.tobytes()).hexdigest()
