"""The model card: what the manifest and the evaluation say, for people who decide whether to use the detector."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jinja2

from model.manifest import Manifest
from training.evaluation import Evaluation, Figure
from training.evaluation_figures import CLEAN, DAMAGED, SEPARATION
from training.evaluation_marks import SIZES
from training.evaluation_sets import HELD_OUT
from training.promotion_policy import Goal, PromotionPolicy
from training.robustness import ENOUGH, LEAST, PHOTOS
from training.studies import Study, figures_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A goal with the figure that was measured, None where it was not."""

    goal: Goal
    figure: Figure | None

    @property
    def short(self) -> bool:
        """Measured, and not there yet."""
        if self.figure is None:
            return False
        value, goal = self.figure.value, self.goal.goal
        return value < goal if self.figure.better == "higher" else value > goal

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.figure is None:
            return "not measured"
        return "**short**" if self.short else "reached"

    @property
    def lost(self) -> bool:
        """Worse than what the first detector reached."""
        if self.figure is None or self.goal.first is None:
            return False
        value, first = self.figure.value, self.goal.first
        return value < first if self.figure.better == "higher" else value > first


def card_of(manifest: Manifest, evaluation: Evaluation, policy: PromotionPolicy, studies: Iterable[Study] = ()) -> str:
    """The card as Markdown. ``studies``: what an evaluation cannot hold; see ``training/studies.py``."""
    beside = tuple(studies)
    crossed = {(item.name, item.data): item for item in _crossed(manifest)}
    found = {(item.name, item.data): item for item in evaluation.figures} | crossed | dict(figures_of(beside))
    reached = [Reached(goal=goal, figure=found.get((goal.figure, goal.data))) for goal in policy.goals]
    shown = {
        "manifest": manifest,
        "reached": reached,
        "sections": {title: list(_of(evaluation, names)) for title, names in SECTIONS.items()},
        "not_shared": list(_not_shared(evaluation)),
        "robustness": {"boxes": ENOUGH, "precision": LEAST, "photos": PHOTOS},
        "learned": LEARNED,
        "sets": [item for item in evaluation.sets if item.data not in LEARNED],
        "read_once": evaluation.find("AP50 part", "car_parts test") is not None,
        "by_group": {
            group: [x for x in manifest.labels if x.group == group] for group in ("part", "damage", "damaged_part")
        },
        "studies": beside,
        "found": lambda name, data: found.get((name, data)),
    }
    template = _environment().get_template("model_card.md.j2")
    return template.render(**shown).rstrip() + "\n"


LEARNED = (HELD_OUT, "own car_parts held-out")
"""Photos of the training split of ``car_parts``, which has no validation split: no figure on them is on the card."""
GROUPS = ("part", "damage", "damaged_part")
SPOKEN_OF = (*GROUPS, "damage of any kind")
SECTIONS = {
    "Average precision": (
        *(f"{figure} {group}" for group in SPOKEN_OF for figure in ("AP50", "AP")),
        *(f"AP50 {kind}" for kind in ("scratch", "dent", "broken")),
    ),
    "By size of box": tuple(f"AP50 {group}, {size}" for group in SPOKEN_OF for size in SIZES),
    "At the shipped thresholds": tuple(f"{figure} {group}" for group in GROUPS for figure in ("precision", "recall")),
    "Whole photos": (DAMAGED, CLEAN, SEPARATION),
    "Left for right, front for rear": ("left and right swapped", "front and rear bumper swapped"),
    "Calibration error by set": tuple(f"calibration error {group}" for group in SPOKEN_OF),
    "Severity, computed from sizes": ("severity agrees", "severity has a scale"),
    "Worse photos: share of AP50 kept": (" kept, ",),
}
"""Title → the figures below it; one that begins with a space is part of a name."""


def _crossed(manifest: Manifest) -> Iterator[Figure]:
    """The calibration errors on photos that the curves did not see; those of the evaluation are on photos they saw."""
    for item in manifest.calibration:
        yield Figure(
            name=f"calibration error {item.group}",
            data="cross-fitted",
            n=item.reports,
            unit="reports",
            better="lower",
            **item.error_after.model_dump(),
        )


def _of(evaluation: Evaluation, names: tuple[str, ...]) -> Iterator[Figure]:
    for name in names:
        part = name.startswith(" ")
        shown = (item for item in evaluation.figures if item.data not in LEARNED)
        yield from (item for item in shown if (name in item.name if part else name == item.name))


def _not_shared(evaluation: Evaluation) -> Iterator[Figure]:
    """AP50 of the groups that robustness leaves out, where it was asked at all; see ``training/robustness.py``."""
    told = {(item.name.partition(" kept, ")[0], item.data) for item in evaluation.figures if " kept, " in item.name}
    for group in SPOKEN_OF:
        for item in _of(evaluation, (f"AP50 {group}",)):
            if told and (item.name, item.data) not in told:
                yield item


def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("training", "templates")
    made = jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown
    )
    made.filters["figure"] = _number
    made.filters["interval"] = lambda item: f"{_number(item.value)} ({_number(item.low)} to {_number(item.high)})"
    return made


def _number(value: float) -> str:
    text = f"{round(value, 3) + 0.0:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text
