"""Studies: figures about a detector that its own evaluation cannot hold, kept beside it and shown on its card.

Leaving a source out needs detectors of its own, placing damage on parts needs rules: neither is the network's answer on
a validation photo. ``STUDIES`` in the folder of the model holds one file for each study.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from model.beside import DETECTOR as DETECTOR
from model.beside import STUDIES, own_references
from model.errors import ModelError
from model.manifest import Manifest
from training.evaluation import Figure
from training.papers import Paper
from training.whole_files import replace


class Row(Paper):
    """A line of a study's table: what it is about, on which photos, and its figures by column."""

    title: str
    data: str
    figures: dict[str, Figure]

    @property
    def counted(self) -> str:
        """What the line's figures were counted on: 40 boxes."""
        first = next(iter(self.figures.values()))
        return f"{first.n} {first.unit}"


class Study(Paper):
    """``says``: what was done, for the card. ``papers``: what was used → its hash or reference.

    A figure is named ``ROW: COLUMN``: the line of the table that it stands in, and the column.
    """

    format: Literal[1] = 1
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$")]
    title: str
    says: str
    papers: dict[str, str]
    figures: tuple[Figure, ...] = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """In the order in which figures name them."""
        return tuple(dict.fromkeys(_column(figure) for figure in self.figures))

    @property
    def rows(self) -> tuple[Row, ...]:
        """In the order in which figures name them."""
        found: dict[tuple[str, str], dict[str, Figure]] = {}
        for figure in self.figures:
            found.setdefault((figure.name.rpartition(": ")[0], figure.data), {})[_column(figure)] = figure
        return tuple(Row(title=title, data=data, figures=figures) for (title, data), figures in found.items())

    def write(self, path: Path) -> None:
        """As JSON, whole or not at all."""
        replace(path, (self.model_dump_json(indent=1) + "\n").encode())


def studies_of(folder: Path) -> tuple[Study, ...]:
    """The studies beside a model, by name. Raises ``ModelError`` ``model.data_unreadable``."""
    return tuple(Study.read(path) for path in sorted((folder / STUDIES).glob("*.json")))


def studies_about(manifest: Manifest, paths: Iterable[Path]) -> tuple[Study, ...]:
    """The studies in these files, for the model of ``manifest``; those of a pair of other detectors name none.

    Raises ``ModelError``: ``model.figures_mismatch`` for a study of another detector, ``model.data_unreadable``.
    """
    own = own_references(manifest)
    found = tuple(Study.read(path) for path in paths)
    for study in found:
        about = study.papers.get(DETECTOR)
        if about is not None and about not in own:
            raise ModelError("figures_mismatch", f"study {study.name} is of {about}, not of {manifest.reference}")
    return found


def put_studies(folder: Path, studies: Iterable[Study]) -> None:
    """Leave these studies beside a model; one of the same name is replaced."""
    for study in studies:
        study.write(folder / STUDIES / f"{study.name}.json")


def drop_studies(folder: Path) -> None:
    """Those of the detector that was here before say nothing about another."""
    for path in (folder / STUDIES).glob("*.json"):
        path.unlink()


def figures_of(studies: Iterable[Study]) -> Mapping[tuple[str, str], Figure]:
    """Every figure by its name and its photos."""
    return {(figure.name, figure.data): figure for study in studies for figure in study.figures}


def _column(figure: Figure) -> str:
    return figure.name.rpartition(": ")[2]
