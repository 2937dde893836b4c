"""Batches made ahead of the network: by a thread, or by processes where a fast device would wait for pictures."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from model.errors import ModelError
from training.augment import Sample
from training.partial_labels import Targets
from training.recipe import Augment
from training.samples import Samples, collate

Choice = tuple[int, np.random.Generator, bool]
"""Index of a photo, its own randomness, and whether it is shown without mosaic."""
Chosen = tuple[int, list[Choice]]
"""A step and what to show at it."""
Made = tuple[torch.Tensor, Targets]
Batch = tuple[int, torch.Tensor, Targets]
AHEAD = 2
"""Batches made ahead; by each process where there are several."""


class Pictures(Dataset[Sample]):
    """Augmented pictures by choice."""

    def __init__(self, samples: Samples, augment: Augment) -> None:
        self.samples, self.augment = samples, augment

    def __getitem__(self, choice: Choice) -> Sample:
        """One picture; the same for the same choice."""
        index, random, plain = choice
        return self.samples.sample(index, self.augment, random, plain=plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A ``ModelError`` as a process hands it over: torch would raise another one, with a traceback for its code."""

    code: str
    detail: str
    facts: dict[str, object]

    @property
    def error(self) -> ModelError:
        """The same again."""
        return ModelError(self.code.removeprefix(f"{ModelError.prefix}."), self.detail, **self.facts)


class PicturesOrFaults(Dataset[Sample | Fault]):
    """Pictures, or why there is none."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures

    def __getitem__(self, choice: Choice) -> Sample | Fault:
        """Raises no ``ModelError``."""
        try:
            return self.pictures[choice]
        except ModelError as error:
            return Fault(code=error.code, detail=error.detail, facts=error.facts)


def by_thread(samples: Samples, augment: Augment, steps: Iterator[Chosen]) -> Iterator[Batch]:
    """In a thread of their own: enough for a network on the CPU."""
    pictures = Pictures(samples, augment)

    def make(chosen: list[Choice]) -> Made:
        return collate([pictures[choice] for choice in chosen])

    with ThreadPoolExecutor(1) as pool:
        ahead: deque[tuple[int, Future[Made]]] = deque()
        for step, chosen in steps:
            ahead.append((step, pool.submit(make, chosen)))
            if len(ahead) > AHEAD:
                yield _first(ahead)
        while ahead:
            yield _first(ahead)


def _first(ahead: deque[tuple[int, Future[Made]]]) -> Batch:
    step, future = ahead.popleft()
    return step, *future.result()


def by_processes(
    samples: Samples, augment: Augment, steps: Iterator[Chosen], *, workers: int, pin: bool
) -> Iterator[Batch]:
    """The same batches in the same order from ``workers`` processes. ``pin``: in memory that a GPU copies from.

    Choices are made up to ``AHEAD * workers`` steps early, so the plain last part of a run begins that much later.
    Finished batches wait in shared memory: on Linux /dev/shm must hold ``AHEAD * workers`` of them.
    Raises ``ModelError`` as ``Samples.sample`` does.
    """
    taken: list[int] = []
    loader = DataLoader(
        PicturesOrFaults(Pictures(samples, augment)),
        batch_sampler=_noting(steps, taken),
        num_workers=workers,
        prefetch_factor=AHEAD,
        multiprocessing_context="spawn",  # a fork would inherit locks of threads that it does not have
        worker_init_fn=_one_thread,
        collate_fn=_collated,
        pin_memory=pin,
        generator=torch.Generator(),
    )
    for made in loader:
        if isinstance(made, Fault):
            raise made.error
        yield taken.pop(0), *made


def _collated(made: Sequence[Sample | Fault]) -> Made | Fault:
    faults = [item for item in made if isinstance(item, Fault)]
    return faults[0] if faults else collate([item for item in made if isinstance(item, Sample)])


def _one_thread(_: int) -> None:
    cv2.setNumThreads(1)


def _noting(steps: Iterator[Chosen], taken: list[int]) -> Iterator[list[Choice]]:
    """The choices alone; their steps go into ``taken`` in order."""
    for step, chosen in steps:
        taken.append(step)
        yield chosen
