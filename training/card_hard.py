"""How often clean photos that tempt a detector are flagged, by what tempts it."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from model.manifest import Manifest
from training.bootstrap import DRAWS, resamples, share_estimate
from training.evaluation import Figure
from training.evaluation_figures import figure
from training.evaluation_photos import flags
from training.evaluation_sets import Observed
from training.judging import Judged
from training.studies import DETECTOR, Study


def study(hard: Observed, reasons: Mapping[str, Sequence[str]], manifest: Manifest, *, draws: int = DRAWS) -> Study:
    """``reasons``: sha256 of a photo → why it is hard; see ``data/hard_clean.py``. Raises ``ValueError`` when no photo
    of ``hard`` has a reason."""
    why = [reasons.get(hashlib.sha256(item.photo.path.read_bytes()).hexdigest(), ()) for item in hard.judged]
    named = sorted({reason for found in why for reason in found})
    photos = {
        reason: [item for item, found in zip(hard.judged, why, strict=True) if reason in found] for reason in named
    }
    return Study(
        name="hard-clean",
        title="The hard set, by what tempts",
        says=(
            f"The {len(hard.judged)} clean photos of the hard set, some with several reasons (docs/labelling.md). Of "
            "so few of a kind none flagged says little: read the interval's upper end."
        ),
        papers={DETECTOR: manifest.reference},
        figures=tuple(_flagged(reason, found, hard.data, draws) for reason, found in photos.items()),
    )


def _flagged(reason: str, photos: Sequence[Judged], data: str, draws: int) -> Figure:
    groups = [item.photo.group for item in photos]
    hits = np.array([flags(item) for item in photos], dtype=bool)
    estimate = share_estimate(hits, resamples(groups, draws, data=data), groups)
    return figure(f"{reason.replace('_', ' ')}: flagged", estimate, data, len(photos), "photos", "lower")
