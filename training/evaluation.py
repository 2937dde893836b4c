"""An evaluation as it is kept: figures with their intervals, and what each was counted on."""

import hashlib
import json
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from model.beside import EVALUATION
from model.manifest import FileRef, Sha256
from training.papers import Paper

Better = Literal["higher", "lower"]


class Figure(Paper):
    """One measured figure with its 95 % interval. ``n`` counts what ``unit`` names; ``data`` says on which photos."""

    name: str
    value: float
    low: float
    high: float
    n: int = Field(gt=0)
    unit: str
    data: str
    better: Better


class PhotoSet(Paper):
    """A set of photos that figures name as their ``data``."""

    data: str
    photos: int = Field(gt=0)
    groups: int = Field(gt=0)
    boxes: int = Field(ge=0)


class Evaluation(Paper):
    """How good one detector is. No two figures share name and data.

    ``weights``: sha256 of the network that was run. ``photos``: the file beside it that holds the matches of every
    photo, for comparing two detectors on the same draws; see ``training/evaluation_photos.py``.
    """

    format: Literal[1] = 1
    model: str
    weights: Sha256
    draws: Annotated[int, Field(ge=0)]
    sets: tuple[PhotoSet, ...]
    figures: tuple[Figure, ...]
    photos: str = "photos.npz"

    @model_validator(mode="after")
    def _figures_are_distinct(self) -> Self:
        keys = [(figure.name, figure.data) for figure in self.figures]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"figures given twice: {twice}")
        return self

    def find(self, name: str, data: str) -> Figure | None:
        """One figure, None when it was not measured."""
        return next((item for item in self.figures if (item.name, item.data) == (name, data)), None)

    def to_json(self) -> str:
        """As it is written to disk: one figure a line, so that a change shows as the lines it touches."""
        head = self.model_dump(mode="json", exclude={"figures", "sets"})
        lists = {"sets": self.sets, "figures": self.figures}
        rows = {name: ",\n".join(f"  {item.model_dump_json()}" for item in items) for name, items in lists.items()}
        parts = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
        parts += [f" {json.dumps(name)}: [\n{text}\n ]" for name, text in rows.items()]
        return "{\n" + ",\n".join(parts) + "\n}\n"

    @property
    def file(self) -> FileRef:
        """What a promotion notes of it: the file that ``to_json`` makes."""
        content = self.to_json().encode()
        return FileRef(file=EVALUATION, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
