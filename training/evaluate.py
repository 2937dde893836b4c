"""Judge a detector on photos that it did not learn from; see ``training/evaluation.py`` for what is kept of it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from claims.rulebook import Rulebook
from data.own_labels import LabelledPhoto
from inference.detector import PhotoDetector
from inference.rules import ConsolidateRules
from model.manifest import Manifest
from model.vocabulary import Severity
from training.average_precision import Ints
from training.bootstrap import DRAWS, Estimate, resamples, share_estimate
from training.evaluation import Evaluation, Figure, PhotoSet
from training.evaluation_faults import pictures
from training.evaluation_figures import (
    SEPARATION,
    figure,
    photo_figure,
    precision_figures,
    reliability_figures,
    separation,
    threshold_figures,
)
from training.evaluation_page import page
from training.evaluation_photos import MarkedSet, mark_all, write_marks
from training.evaluation_sets import Observed, observe, photo_sets
from training.evaluation_swaps import swap_figures
from training.judging import ANY
from training.remembered import Remembering
from training.robustness import robustness_figures
from training.severity_check import NO_SCALE, Compared, compare
from training.whole_files import replace

QUICK_DRAWS = 200


def evaluate(
    detector: PhotoDetector,
    root: Path,
    *,
    own: Mapping[str, LabelledPhoto] | None = None,
    final: bool = False,
    quick: bool = False,
) -> Evaluation:
    """Look and judge in one go. ``own``: sha256 → labels drawn here. Raises ``ModelError`` for an unreadable set.

    ``final`` adds the test photos: once for a promoted model, never to choose. ``quick`` leaves robustness out.
    """
    observed = observe(detector, photo_sets(detector.manifest, root, own or {}, final=final))
    return judged(detector, observed, mark_all(observed), quick=quick)


def judged(
    detector: PhotoDetector, observed: Sequence[Observed], marked: Mapping[str, MarkedSet], *, quick: bool = False
) -> Evaluation:
    """The evaluation of what was observed; only robustness looks again."""
    draws = QUICK_DRAWS if quick else DRAWS
    figures = list(_figures(detector.manifest, observed, marked, draws))
    if not quick:
        figures += robustness_figures(detector, observed, draws)
    return Evaluation(
        model=detector.manifest.reference,
        weights=detector.manifest.weights.sha256,
        draws=draws,
        sets=tuple(_photo_set(item, marked[item.data]) for item in observed),
        figures=tuple(figures),
    )


def _figures(
    manifest: Manifest, observed: Sequence[Observed], marked: Mapping[str, MarkedSet], draws: int
) -> Iterator[Figure]:
    rules = Rulebook.load().consolidate
    weights = {item.data: resamples(item.groups, draws, data=item.data) for item in observed}
    for item in observed:
        data, mine, drawn = item.data, marked[item.data], weights[item.data]
        yield from precision_figures(data, mine, manifest, drawn)
        yield from threshold_figures(data, mine, manifest, drawn)
        yield from photo_figure(data, mine, item.source.shows, drawn)
        yield from swap_figures(item, manifest, drawn)
        yield from severity_figures(item, rules, drawn)
        yield from reliability_figures(data, mine, manifest, drawn)
    yield from _separations(observed, marked, weights)


def _separations(
    observed: Sequence[Observed], marked: Mapping[str, MarkedSet], weights: Mapping[str, Ints]
) -> Iterator[Figure]:
    """Each damaged set against ``undamaged val``, and the public damaged sets together: own photos are among them."""
    damaged = [item.data for item in observed if item.source.shows == "damage"]
    public = [item.data for item in observed if item.source.shows == "damage" and item.source.scope.folder != "own"]
    clean = "undamaged val"
    drawn = {id(marked[data]): rows for data, rows in weights.items()}
    for name, members in [*((data, [data]) for data in damaged), ("all damaged val", public)]:
        if members and clean in marked:
            values = separation([marked[data] for data in members], [marked[clean]], drawn)
            photos = sum(len(marked[data].paths) for data in [*members, clean])
            yield figure(SEPARATION, Estimate.of(values), f"{name}, {clean}", photos, "photos")


def severity_figures(item: Observed, rules: ConsolidateRules, weights: Ints) -> Iterator[Figure]:
    """What severity the size of a drawn damage gives, against the one that its annotator stated."""
    stated = item.source.stated
    found = [
        (index, one)
        for index, photo in enumerate(item.judged)
        for one in compare(photo, stated.get(photo.photo.path, ()), rules)
    ]
    if not found:
        return
    scaled = [(index, one) for index, one in found if one.computed is not None]
    yield _shared("severity has a scale", found, [one.computed is not None for _, one in found], item, weights)
    if scaled:
        right = [one.computed is one.stated.severity for _, one in scaled]
        yield _shared("severity agrees", scaled, right, item, weights)
    for severity in Severity:
        members = [(index, one) for index, one in found if one.stated.severity is severity]
        for computed in (*Severity, None) if members else ():
            name = f"severity {severity} computed as {computed or NO_SCALE}"
            same = [one.computed is computed for _, one in members]
            better = "higher" if computed is severity else "lower"
            yield _shared(name, members, same, item, weights).model_copy(update={"better": better})


def _shared(
    name: str, found: Sequence[tuple[int, Compared]], hits: Sequence[bool], item: Observed, weights: Ints
) -> Figure:
    photos = np.array([index for index, _ in found])
    groups = [item.groups[index] for index, _ in found]
    estimate = share_estimate(np.array(hits, dtype=bool), weights[:, photos], groups)
    return figure(name, estimate, item.data, len(found), "boxes")


def _photo_set(item: Observed, marked: MarkedSet) -> PhotoSet:
    """Damage of any kind draws no boxes of its own."""
    boxes = sum(len(marks.box_photos) for label, marks in marked.labels.items() if label != ANY)
    return PhotoSet(data=item.data, photos=len(item.judged), groups=len(set(item.groups)), boxes=boxes)


def write(
    detector: PhotoDetector,
    root: Path,
    out: Path,
    *,
    own: Mapping[str, LabelledPhoto] | None = None,
    final: bool = False,
    quick: bool = False,
) -> Evaluation:
    """As ``evaluate``; leaves ``evaluation.json``, ``evaluation.html`` and ``photos.npz`` in ``out``.

    The page carries photos of the sets: it belongs under ``build/``, never into a repository. A call that was killed
    left its answers in ``out``: the next one goes on from there.
    """
    looking = Remembering(detector, out)
    observed = observe(looking, photo_sets(detector.manifest, root, own or {}, final=final))
    marked = mark_all(observed)
    evaluation = judged(looking, observed, marked, quick=quick)
    replace(out / "evaluation.json", evaluation.to_json().encode())
    replace(out / "evaluation.html", page(evaluation, pictures(observed, detector.manifest)).encode())
    write_marks(marked, out / evaluation.photos)
    looking.forget()
    return evaluation
