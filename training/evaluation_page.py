"""An evaluation as one HTML file that needs nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from model.vocabulary import LabelGroup, Severity
from training.evaluation import Evaluation, Figure
from training.evaluation_faults import Picture
from training.evaluation_figures import CLEAN, DAMAGED, SEPARATION
from training.evaluation_marks import SIZES
from training.evaluation_plots import interval, reliability
from training.judging import ANY
from training.robustness import CHANGES
from training.severity_check import NO_SCALE

GROUPS = (*(group.value for group in LabelGroup), ANY)
TITLES = {"part": "parts", "damage": "damage by kind", "damaged_part": "damaged parts", ANY: ANY}
COMPUTED = (*(severity.value for severity in Severity), NO_SCALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a table: what it is about, and its figures in the order of the columns."""

    data: str
    title: str
    cells: tuple[Figure | None, ...]

    @property
    def first(self) -> Figure:
        """The figure that the line is about. Raises ``StopIteration`` for a line without any."""
        return next(cell for cell in self.cells if cell is not None)


def page(evaluation: Evaluation, pictures: Mapping[str, Sequence[Picture]]) -> str:
    """``pictures``: heading → the errors to look at under it."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(interval=interval, reliability=reliability)
    template = environment.from_string(files(__package__).joinpath("evaluation.html.j2").read_text("utf-8"))
    return template.render(
        evaluation=evaluation,
        any_kind=ANY,
        groups=_by_group(evaluation, ("AP50 {}", "AP {}", "precision {}", "recall {}")),
        labels=_labels(evaluation),
        sizes=_by_group(evaluation, tuple(f"AP50 {{}}, {size}" for size in SIZES)),
        size_names=SIZES,
        photos=_named(evaluation, (DAMAGED, CLEAN, SEPARATION)),
        swaps=_starting(evaluation, ("left and right", "front and rear")),
        severity=_severity(evaluation),
        computed=COMPUTED,
        diagrams=_diagrams(evaluation),
        robust=_by_group(evaluation, tuple(f"AP50 {{}} kept, {change}" for change in CHANGES)),
        changes=tuple(CHANGES),
        pictures=pictures,
    )


def _by_group(evaluation: Evaluation, names: Sequence[str]) -> list[Row]:
    rows = [
        Row(data=item.data, title=TITLES[group], cells=_cells(evaluation, item.data, [n.format(group) for n in names]))
        for group in GROUPS
        for item in evaluation.sets
    ]
    return [row for row in rows if any(row.cells)]


def _cells(evaluation: Evaluation, data: str, names: Sequence[str]) -> tuple[Figure | None, ...]:
    return tuple(evaluation.find(name, data) for name in names)


def _labels(evaluation: Evaluation) -> Mapping[str, list[Row]]:
    groups = {f"AP50 {group}" for group in GROUPS}
    found: dict[str, list[Row]] = {}
    for figure in evaluation.figures:
        label = figure.name.removeprefix("AP50 ")
        if figure.name.startswith("AP50 ") and figure.name not in groups and "," not in label:
            cells = _cells(evaluation, figure.data, (figure.name, f"AP {label}"))
            found.setdefault(figure.data, []).append(Row(data=figure.data, title=label, cells=cells))
    return found


def _named(evaluation: Evaluation, names: Sequence[str]) -> list[Figure]:
    return [figure for name in names for figure in evaluation.figures if figure.name == name]


def _starting(evaluation: Evaluation, starts: tuple[str, ...]) -> list[Figure]:
    return [figure for figure in evaluation.figures if figure.name.startswith(starts)]


def _severity(evaluation: Evaluation) -> list[tuple[str, tuple[Figure | None, ...], list[Row]]]:
    """Per set: agreement and scale, then a line per stated severity with the share of each computed one."""
    found = []
    for item in evaluation.sets:
        whole = _cells(evaluation, item.data, ("severity agrees", "severity has a scale"))
        rows = [
            Row(
                data=item.data,
                title=stated,
                cells=_cells(evaluation, item.data, [f"severity {stated} computed as {name}" for name in COMPUTED]),
            )
            for stated in COMPUTED[:3]
        ]
        if any(whole):
            found.append((item.data, whole, [row for row in rows if any(row.cells)]))
    return found


def _diagrams(evaluation: Evaluation) -> list[tuple[Row, list[Figure]]]:
    errors = _by_group(evaluation, ("calibration error {}",))
    titles = {title: group for group, title in TITLES.items()}
    return [
        (row, [item for item in _starting(evaluation, (f"precision {titles[row.title]}, s",)) if item.data == row.data])
        for row in errors
    ]
