"""Run by test_shown.py in a process of its own: workers of a DataLoader and NNCF do not share one peacefully.

``python shown_by_processes.py SET PHOTOS FIRST UNTIL`` writes the hashes of the batches that two processes make.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from training.prepared import PreparedSet
from training.recipe import Augment
from training.samples import Samples, batches
from training.shown import Chosen, by_processes

AUGMENT = Augment(mosaic=0.5)
SEED, SIZE, PLAIN_FROM = 3, 64, 8


def steps(samples: Samples, first: int) -> Iterator[Chosen]:
    """Choices of two from a step on; plain from the eighth step."""
    for step, chosen in batches(samples, batch=2, seed=SEED, first=first):
        yield step, [(index, random, step >= PLAIN_FROM) for index, random in chosen]


def main() -> None:
    """See above."""
    samples = Samples(PreparedSet.read(Path(sys.argv[1])), Path(sys.argv[2]), SIZE)
    first, until = int(sys.argv[3]), int(sys.argv[4])
    seen = []
    for step, pictures, targets in by_processes(samples, AUGMENT, steps(samples, first), workers=2, pin=False):
        if step == until:
            break
        values = (pictures, targets.photo, targets.label, targets.boxes, targets.taught)
        seen.append([step, *(hashlib.sha256(value.numpy().tobytes()).hexdigest() for value in values)])
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
