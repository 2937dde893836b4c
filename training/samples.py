"""The order in which photos are shown, and what the network sees of each.

Everything follows from (seed, step): a run that was killed and resumed shows the same pictures in the same order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from data.taxonomy import Meaning
from model.errors import ModelError
from training.augment import (
    PAD,
    Matrix,
    Sample,
    coloured,
    degraded,
    mirror_of,
    mirrored,
    mosaic,
    placed,
    warped,
)
from training.partial_labels import Targets
from training.paste import pasted
from training.paste_damages import Damages
from training.paste_spots import Shown
from training.photo_files import content_of, decoded
from training.prepared import Drawn, PreparedPhoto, PreparedSet
from training.recipe import Augment

Order = npt.NDArray[np.int64]


class Samples:
    """The training photos of a prepared set, held as files in memory and decoded when shown."""

    def __init__(
        self, prepared: PreparedSet, root: Path, size: int, meanings: Mapping[str, Meaning] | None = None
    ) -> None:
        """``meanings``: of the labels, in channel order; without them no damage can be pasted.

        Raises ``ModelError``: ``model.data_empty`` when no photo is to be shown, ``model.data_unreadable`` for one that
        is missing, ``model.data_changed`` for one that is not the file that was prepared.
        """
        self.photos = prepared.of("train")
        if not any(photo.repeat for photo in self.photos):
            raise ModelError("data_empty", "the prepared set has no photo to train on")
        self.size = size
        self.channel = {label: index for index, label in enumerate(prepared.labels)}
        self.mirror = mirror_of(prepared.labels)
        self.files = [np.frombuffer(content_of(photo, root), dtype=np.uint8) for photo in self.photos]
        self.taught = [np.array(prepared.taught(photo)) for photo in self.photos]
        self.shown = np.repeat(np.arange(len(self.photos)), [photo.repeat for photo in self.photos])
        scopes = [f"{photo.scope} {photo.untaught}" for photo in self.photos]
        self.alike = {scope: np.flatnonzero(np.array([s == scope for s in scopes])) for scope in set(scopes)}
        self.scope = scopes
        self.damages = Damages(meanings=meanings, photos=self.photos, files=self.files) if meanings else None

    def __len__(self) -> int:
        """Pictures in an epoch."""
        return len(self.shown)

    def order(self, epoch: int, seed: int) -> Order:
        """Indices of the photos of one epoch."""
        order: Order = np.random.default_rng([seed, epoch]).permutation(self.shown)
        return order

    def sample(self, index: int, augment: Augment, random: np.random.Generator, *, plain: bool) -> Sample:
        """One augmented picture of (size, size). Raises ``ModelError`` ``model.recipe_invalid`` where damage is to be
        pasted and nobody said what the labels mean."""
        if not plain and random.random() < augment.mosaic:
            others = random.choice(self.alike[self.scope[index]], 3)
            made = mosaic([self._load(i) for i in (index, *others)], self.size, augment, random)
        else:
            whole = self._load(index)
            matrix, size = placed(whole, self.size, augment, random)
            made = warped(whole, matrix, size)
            if augment.paste:
                made = self._perhaps_damaged(made, index, matrix, augment, random)
        if random.random() < augment.mirror:
            made = mirrored(made, self.mirror)
        pixels = coloured(made.pixels, augment, random)
        if random.random() < augment.degrade:
            pixels = degraded(pixels, random)
        return replace(made, pixels=pixels)

    def _perhaps_damaged(
        self, made: Sample, index: int, matrix: Matrix, augment: Augment, random: np.random.Generator
    ) -> Sample:
        if self.damages is None:
            raise ModelError("recipe_invalid", "damage is to be pasted, but the meanings of the labels were not given")
        if not self.damages.clean(self.photos[index], self.taught[index]) or random.random() >= augment.paste:
            return made
        return pasted(made, Shown.of(self.photos[index], matrix, self.size), self.damages, random)

    def _load(self, index: int) -> Sample:
        photo = self.photos[index]
        pixels = decoded(photo, self.files[index])
        for x1, y1, x2, y2 in photo.others:
            pixels[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))] = PAD
        drawn = _outside(photo)
        return Sample(
            pixels=pixels,
            boxes=np.array([item.box for item in drawn], dtype=np.float32).reshape(-1, 4),
            labels=np.array([self.channel[item.label] for item in drawn], dtype=np.int64),
            taught=self.taught[index],
        )


def steps_in_epoch(samples: Samples, batch: int) -> int:
    """One at least, however few the pictures are."""
    return max(1, len(samples) // batch)


def batches(
    samples: Samples, *, batch: int, seed: int, first: int
) -> Iterator[tuple[int, list[tuple[int, np.random.Generator]]]]:
    """(step, what to show with its own randomness) from step ``first`` on, without end."""
    step = first
    while True:
        epoch, inside = divmod(step, steps_in_epoch(samples, batch))
        chosen = samples.order(epoch, seed)[inside * batch : (inside + 1) * batch]
        yield step, [(int(i), np.random.default_rng([seed, step, n])) for n, i in enumerate(chosen)]
        step += 1


def collate(made: Sequence[Sample]) -> tuple[torch.Tensor, Targets]:
    """Pictures (n, 3, size, size) uint8 and what they teach."""
    size = made[0].pixels.shape[0]
    boxes = np.concatenate([sample.boxes for sample in made]) / size
    centres, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    counts = [len(sample.boxes) for sample in made]
    pictures = np.stack([sample.pixels for sample in made]).transpose(0, 3, 1, 2)
    return torch.from_numpy(np.ascontiguousarray(pictures)), Targets(
        photo=torch.from_numpy(np.repeat(np.arange(len(made)), counts)),
        label=torch.from_numpy(np.concatenate([sample.labels for sample in made])),
        boxes=torch.from_numpy(np.concatenate([centres, sides], axis=1).astype(np.float32)),
        taught=torch.from_numpy(np.stack([sample.taught for sample in made]).astype(np.float32)),
    )


def _outside(photo: PreparedPhoto) -> list[Drawn]:
    """What is drawn, less what lies in patches that teach nothing."""
    kept = []
    for item in photo.drawn:
        x, y = (item.box[0] + item.box[2]) / 2, (item.box[1] + item.box[3]) / 2
        if not any(x1 <= x <= x2 and y1 <= y <= y2 for x1, y1, x2, y2 in photo.others):
            kept.append(item)
    return kept
