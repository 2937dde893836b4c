"""How often a damage is placed on the right part, for the model card: parts that no public set labels, and all."""

from collections.abc import Iterator, Mapping, Sequence

from inference.detector import PhotoDetector
from inference.rules import ConsolidateRules
from training.evaluation import Better, Figure
from training.evaluation_figures import figure
from training.part_check import Ask, Drawn, seen_by, told_damages, told_regions, told_reports
from training.part_check_told import Told, lines
from training.studies import DETECTOR, Study

ASKED: Mapping[str, tuple[Ask, str]] = {
    "drawn damages": (told_damages, "damages"),
    "drawn regions of damaged parts": (told_regions, "regions"),
    "its own reports": (told_reports, "reports"),
}
"""Photos of the table → who is asked, and what is counted."""
SHOWN = ("fender", "quarter panel", "rocker", "roof", "side glass", "all")
BETTER: Mapping[str, Better] = {"right": "higher", "wrong": "lower", "left open": "lower"}


def study(drawn: Sequence[Drawn], detector: PhotoDetector, rules: ConsolidateRules, split: str) -> Study:
    """Of one detector, on photos that are wholly drawn."""
    seen = list(seen_by(detector, drawn))
    figures: list[Figure] = []
    for data, (ask, unit) in ASKED.items():
        told = [item for one, found in zip(drawn, seen, strict=True) for item in ask(one, found, rules)]
        figures += _figures(data, unit, told)
    clusters = len({one.cluster for one in drawn})
    return Study(
        name="part-check",
        title="Is it the right part?",
        says=(
            f"Where the pipeline puts a damage amid what the detector sees, on {len(drawn)} {split} photos with own "
            f"labels ({clusters} groups of near-copies): *right* names the part and its side, *wrong* rules the true "
            "one out, the rest is left open. Between fender and quarter panel lies front or rear of a damaged fender. "
            "How parts are derived, and every other part: docs/decisions/0008-parts-without-a-label.md."
        ),
        papers={DETECTOR: detector.manifest.reference, "rules": f"consolidate {rules.version}"},
        figures=tuple(figures),
    )


def _figures(data: str, unit: str, told: Sequence[Told]) -> Iterator[Figure]:
    for line in lines(told):
        if line.row in SHOWN:
            columns = {"right": line.right, "wrong": line.wrong, "left open": line.left_open}
            for column, estimate in columns.items():
                yield figure(f"{line.row}: {column}", estimate, data, line.n, unit, BETTER[column])
