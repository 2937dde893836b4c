"""The report on a prepared set as one HTML file that needs nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

from jinja2 import Environment, StrictUndefined

from training.prepare_report import EDGES, PrepareReport
from training.prepare_sheets import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """A label and its boxes: on each side, and in the columns of the page (scope and side)."""

    label: str
    total: int
    cells: tuple[int, ...]


def page(report: PrepareReport, sheets: Mapping[str, Sequence[Sample]]) -> str:
    """``sheets``: scope → photos to look at."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files(__package__).joinpath("prepare.html.j2").read_text("utf-8"))
    columns = list(dict.fromkeys((item.scope, item.split) for item in report.labels))
    columns.sort(key=lambda column: [item.scope for item in report.labels].index(column[0]))
    return template.render(
        report=report,
        columns=columns,
        rows=_rows(report, columns),
        bars=_bars(),
        highest={item.label: max(item.bars) for item in report.sizes},
        settled=_settled(report),
        sheets=sheets,
    )


def _rows(report: PrepareReport, columns: Sequence[tuple[str, str]]) -> list[LabelRow]:
    boxes = {(item.label, item.scope, item.split): item.boxes for item in report.labels}
    labels = dict.fromkeys(item.label for item in report.labels)
    rows = [(label, tuple(boxes.get((label, *column), 0) for column in columns)) for label in labels]
    return [LabelRow(label=label, total=sum(cells), cells=cells) for label, cells in rows]


def _bars() -> list[str]:
    percent = [f"{100 * edge:g}" for edge in EDGES]
    middle = [f"{low}–{high} %" for low, high in pairwise(percent)]
    return [f"< {percent[0]} %", *middle, f"≥ {percent[-1]} %"]


def _settled(report: PrepareReport) -> Sequence[tuple[str, str, int, tuple[str, ...]]]:
    """(title, what was done, count, first) of everything that a person should know."""
    named = (
        ("Files that a set has twice", "The first is kept with its boxes.", report.copies),
        ("Boxes cut at the picture's edge", "The part inside is kept.", report.clipped),
        ("Boxes of less than a pixel", "Their photo is left out for their group of labels.", report.unusable),
        ("Pictures in several sets", "All their copies are on one side.", report.shared),
        ("Parts whose side nobody can tell", "The photo leaves the labels of both sides open.", report.unknown_sides),
        ("Own damages without a part", "The photo leaves all damaged parts open.", report.partless),
        ("Own labels whose photo no source has", "They teach nothing.", report.unmatched),
    )
    return [(title, done, places.count, places.first) for title, done, places in named]
