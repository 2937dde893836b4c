"""Damage cut out of training photos and blended into pictures of clean cars, with the boxes that it brings.

A network that only ever sees damage on wrecks learns the wreck; the same scratch on a clean door it has to see itself
(the idea of Ghiasi et al., Simple Copy-Paste, CVPR 2021). Every choice follows from the generator that is given.
"""

import numpy as np

from model.vocabulary import LabelGroup
from training.augment import Sample
from training.paste_blend import blend
from training.paste_damages import Damages
from training.paste_place import place
from training.paste_spots import Shown, channels, hindrances, knows_parts, spots

ATTEMPTS = 4
"""Damages tried for each that is to be pasted: not every one fits."""


def pasted(sample: Sample, shown: Shown, damages: Damages, random: np.random.Generator) -> Sample:
    """The sample of a clean car with one to three damages, each on a part of its own; fewer where they do not fit.

    Where nobody knows the part that was hit, the labels of damaged parts are no longer taught.
    """
    meanings, pixels = damages.meanings, sample.pixels.copy()
    free, before, known = spots(sample, shown, meanings), hindrances(sample, meanings), knows_parts(sample, meanings)
    boxes, labels = np.zeros((0, 4), dtype=np.float32), list[int]()
    wanted, done = int(random.integers(1, 4)), 0
    for _ in range(ATTEMPTS * wanted):
        if done == wanted or not free:
            break
        spot = free[int(random.integers(len(free)))]
        taken = boxes if spot.brittle else np.concatenate([boxes, before])
        placed = place(spot, damages, pixels, shown.covered, taken, random)
        if placed is None or not blend(pixels, placed, random):
            continue
        boxes = np.concatenate([boxes, *[placed.box] * (1 + len(spot.labels))])
        labels += [placed.label, *spot.labels]
        done += 1
        free = [other for other in free if other is not spot] if known else free
    if not labels:
        return sample
    taught = sample.taught.copy()
    if not known:
        taught[channels(LabelGroup.DAMAGED_PART, meanings)] = False
    return Sample(
        pixels=pixels,
        boxes=np.concatenate([sample.boxes, boxes]),
        labels=np.concatenate([sample.labels, np.array(labels, dtype=np.int64)]),
        taught=taught,
    )
