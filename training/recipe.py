"""A training recipe: everything that decides what a run learns, in one YAML file whose hash goes into the manifest."""

import hashlib
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.formats import Format
from model.errors import ModelError
from model.vocabulary import LabelGroup

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """One annotated set. ``teaches``: the set's label → the detector's labels; a photo of the set teaches these labels,
    present or absent. ``negatives``: further labels of which every box would be wrong there. ``apart``: see
    ``data.datasets.read_photos``. ``unused``: labels of the set that say nothing the detector can learn. ``held_out``:
    see ``training/left_out.py``.
    """

    folder: str
    teaches: dict[str, tuple[str, ...]] = {}
    negatives: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    keeps: tuple[LabelGroup, ...] = Field(
        default=(),
        exclude_if=lambda groups: not groups,
        description="groups in which own labels do not replace its",
    )
    held_out: bool = Field(
        default=False, exclude_if=lambda held: not held, description="no photo of it is trained on, whoever drew there"
    )
    corrections: bool = Field(
        default=False,
        exclude_if=lambda corrected: not corrected,
        description="what adjusters corrected; it teaches its labels by their names, see training/corrections.py",
    )
    form: Format | None = Field(
        default=None, exclude_if=lambda form: form is None, description="the set's format, where it is not recognised"
    )
    attribute: str | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="of VIA's regions, the one that is the label, where they have several",
    )
    repeat: int = Field(default=1, ge=0, description="times that each photo is shown in an epoch")

    @property
    def says_clean(self) -> bool:
        """Does the set say nothing but that a car is undamaged?"""
        return bool(self.negatives) and not self.teaches


class Augment(_Frozen):
    """Chances and ranges of what happens to a photo before it is learned from."""

    mosaic: Share = 0.3
    mirror: Share = 0.5
    zoom: tuple[float, float] = (0.6, 1.6)
    shift: Share = 0.1
    turn: float = Field(default=4.0, ge=0.0, description="degrees either way")
    hue: Share = 0.015
    saturation: Share = 0.5
    brightness: Share = 0.4
    degrade: Share = Field(default=0.25, description="blur, noise, JPEG or small size, as a phone may give")
    paste: Share = Field(default=0.0, description="chance that a clean car gets a damage cut from another photo")


class Schedule(_Frozen):
    """How long and how fast. ``epochs`` counts passes over all sources with their repeats."""

    epochs: float = Field(gt=0.0)
    batch: int = Field(ge=1)
    size: int = Field(ge=32, multiple_of=32)
    rate: float = Field(gt=0.0)
    last_rate: Share = Field(default=0.01, description="final learning rate as a share of ``rate``")
    warm_up: Share = Field(default=0.02, description="share of the run")
    plain: Share = Field(default=0.15, description="last share of the run, without mosaic")
    weight_decay: float = Field(default=5e-4, ge=0.0)
    average: float = Field(default=0.999, ge=0.0, lt=1.0, description="decay of the weights' moving average")
    seed: int = 0


class Gains(_Frozen):
    """Weights of the terms of the loss, and of each group of labels."""

    box: float = 7.5
    score: float = 0.5
    distance: float = 1.5
    groups: dict[LabelGroup, float] = {LabelGroup.PART: 1.0, LabelGroup.DAMAGE: 1.0, LabelGroup.DAMAGED_PART: 1.0}


class Recipe(_Frozen):
    """``name``: the detector, as ``data/taxonomy.yaml`` lists its labels. ``start``: sha256 of the first checkpoint.

    ``similar``: new label → the label of the first checkpoint whose weights it starts from.
    """

    name: str
    expectation: str
    start: str
    similar: dict[str, str] = {}
    sources: tuple[Source, ...] = Field(min_length=1)
    own_labels: bool = True
    own_repeat: int = Field(default=1, ge=0)
    augment: Augment = Augment()
    schedule: Schedule
    gains: Gains = Gains()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises ``ModelError`` ``model.recipe_invalid``."""
        try:
            return cls.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, ValidationError, yaml.YAMLError) as error:
            raise ModelError("recipe_invalid", f"{path.name}: {error}") from error

    @property
    def sha256(self) -> str:
        """Of the recipe's meaning: comments and the order of keys do not count."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
