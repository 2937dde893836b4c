"""A detector's answers on the validation photos: the evidence that thresholds and figures rest on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.detector import Detector
from training.average_precision import Matches
from training.judging import Judged, judge, matches_by_label, photos_of
from training.scopes import clean_scope, damage_scopes, held_out_parts, parts_scope, unboxed_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """``matches``: label → its matches over every set that judges it. ``damaged``: set → its photos, each of which
    shows damage. ``clean``: photos of cars without damage. ``unseen``, ``unseen_parts``: car_parts test, undamaged cars
    of a source apart, which no choice may look at, and the matches on it."""

    matches: Mapping[str, Matches]
    damaged: Mapping[str, Sequence[Judged]]
    clean: Sequence[Judged]
    unseen: Sequence[Judged]
    unseen_parts: Mapping[str, Matches]

    @classmethod
    def run(cls, detector: Detector, root: Path) -> "Validation":
        """Run the detector over the validation photos below ``root``. Raises ``ModelError`` for an unreadable set."""
        parts, unseen = parts_scope(detector.manifest), parts_scope(detector.manifest, "test")
        scopes = {scope.data: scope for scope in damage_scopes(detector.manifest)}
        damaged = {data: judge(detector, photos_of(root, scope)) for data, scope in scopes.items()}
        found = list(matches_by_label(judge(detector, held_out_parts(root, parts)), parts))
        for data, scope in scopes.items():
            found += matches_by_label(damaged[data], scope)
        unboxed, tested = unboxed_scope(), judge(detector, photos_of(root, unseen))
        return cls(
            matches=_pooled(found),
            damaged=damaged | {unboxed.data: judge(detector, photos_of(root, unboxed))},
            clean=judge(detector, photos_of(root, clean_scope())),
            unseen=tested,
            unseen_parts=dict(matches_by_label(tested, unseen)),
        )


def _pooled(found: Iterable[tuple[str, Matches]]) -> Mapping[str, Matches]:
    by_label: defaultdict[str, list[Matches]] = defaultdict(list)
    for label, matches in found:
        by_label[label].append(matches)
    return {label: Matches.pooled(items) for label, items in by_label.items()}
