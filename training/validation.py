"""A detector's answers on the validation photos: the evidence that thresholds and figures rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data.own_labels import LabelledPhoto
from inference.detector import PhotoDetector
from model.manifest import Manifest
from model.vocabulary import LabelGroup
from training.average_precision import Matches
from training.evaluation_own import DAMAGE
from training.evaluation_sets import HELD_OUT, Observed, PhotoSet, observe, photo_sets
from training.judging import IGNORED, Judged
from training.prepared import PreparedSet
from training.unseen import CLEAN, evidence, unseen_sets

CLEAN_DATA = (CLEAN, "own val")
ENOUGH_PARTS = 300
"""Boxes of parts on unseen photos from which on they judge alone; below, those of car_parts help out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """``matches``: label → its matches over every set that judges it; ``data``: group → which sets. ``damaged``: set →
    its photos, each of which shows damage. ``clean``: the photos of ``CLEAN_DATA`` that show none."""

    matches: Mapping[str, Matches]
    data: Mapping[LabelGroup, str]
    damaged: Mapping[str, Sequence[Judged]]
    clean: Sequence[Judged]

    @classmethod
    def run(
        cls,
        detector: PhotoDetector,
        root: Path,
        own: Mapping[str, LabelledPhoto] | None = None,
        prepared: PreparedSet | None = None,
    ) -> "Validation":
        """Run the detector over the photos below ``root`` that it did not learn from; see ``unseen_sets``.

        car_parts has no validation split: where too few unseen parts are drawn, a fourth of its training photos stands
        in, which the network has seen. Raises ``ModelError`` for an unreadable set.
        """
        manifest = detector.manifest
        unseen = unseen_sets(manifest, root, own or {}, prepared)
        observed = observe(detector, [*unseen, *_stand_in(manifest, root)])
        stands_in = [item for item in observed if item.data == SEEN]
        first = [item for item in observed if item.data not in (SEEN, CLEAN)]
        few = _boxes(first, manifest) < ENOUGH_PARTS
        judging = dict.fromkeys(LabelGroup, first) | {LabelGroup.PART: first + (stands_in if few else [])}
        return cls(
            matches={
                name: matches for group, sets in judging.items() for name, matches in _of(sets, manifest, group).items()
            },
            data={group: _data(sets, manifest, group) for group, sets in judging.items()},
            damaged={item.data: item.judged for item in first if item.source.shows == "damage"},
            clean=[judged for item in observed if item.data in CLEAN_DATA for judged in item.judged if _clean(judged)],
        )


def _clean(item: Judged) -> bool:
    """Neither damage nor anything that nobody can tell is drawn on it."""
    return not any(drawn.label == DAMAGE or drawn.label.startswith(IGNORED) for drawn in item.photo.annotations)


SEEN = f"{HELD_OUT} (seen in training)"


def _stand_in(manifest: Manifest, root: Path) -> list[PhotoSet]:
    sets = [item for item in photo_sets(manifest, root, {}, final=False) if item.scope.data == HELD_OUT]
    return [replace(item, scope=replace(item.scope, name=SEEN)) for item in sets]


def _boxes(observed: Sequence[Observed], manifest: Manifest) -> int:
    return sum(matches.boxes for matches in _of(observed, manifest, LabelGroup.PART).values())


def _of(observed: Sequence[Observed], manifest: Manifest, group: LabelGroup) -> Mapping[str, Matches]:
    labels = [label.name for label in manifest.labels if label.group is group]
    found = {name: evidence(observed, (name,)) for name in labels}
    return {name: item.matches if item else Matches.pooled([]) for name, item in found.items()}


def _data(observed: Sequence[Observed], manifest: Manifest, group: LabelGroup) -> str:
    found = evidence(observed, [label.name for label in manifest.labels if label.group is group])
    return found.data if found else "nothing"
