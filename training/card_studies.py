"""Which of the card's own studies a detector gets, and on which photos."""

from collections.abc import Mapping
from pathlib import Path

from data.hard_clean import hard_clean
from data.own_labels import LabelledPhoto
from inference.detector import PhotoDetector
from training import card_copy, card_hard, card_sizes
from training.evaluation_sets import HARD, observe, photo_sets
from training.model_card import LEARNED
from training.prepared import PreparedSet
from training.studies import Study
from training.unseen import unseen_sets


def studies_on(
    full: PhotoDetector,
    served: PhotoDetector,
    root: Path,
    own: Mapping[str, LabelledPhoto],
    prepared: PreparedSet,
) -> tuple[Study, ...]:
    """The studies of one model that have anything to say; that of the 8-bit copy only where the copy is served.

    ``full``: its full network. Raises ``ModelError`` ``model.data_unreadable``.
    """
    manifest = served.manifest
    sets = [item for item in photo_sets(manifest, root, own, final=False) if item.scope.data not in LEARNED]
    observed = observe(served, sets)
    found = [card_sizes.study([item for item in observed if item.source.scope.judged], manifest)]
    found += [card_hard.study(item, hard_clean(), manifest) for item in observed if item.data == HARD]
    if manifest.weights != full.manifest.weights:
        unseen = unseen_sets(manifest, root, own, prepared)
        found.append(card_copy.study(observe(full, unseen), observe(served, unseen), manifest))
    return tuple(study for study in found if study is not None)
