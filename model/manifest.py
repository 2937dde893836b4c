"""The papers of a detector: what its weights are, what its labels mean, how it was judged."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from model.errors import ModelError
from model.labels import Label
from model.papers import Calibration, Paper, Promotion, Quantised
from model.papers import FileName as FileName
from model.papers import FileRef as FileRef
from model.papers import Sha256 as Sha256
from model.papers import Share as Share
from model.vocabulary import LabelGroup

ThresholdRule = Literal["plateau", "pooled", "clean_limit"]


class InputSpec(Paper):
    """The network takes uint8 (n, height, width, 3), RGB; sides are multiples of ``stride``, at most ``size``.

    ``rectangular``: the shorter side is padded to the next multiple of ``stride`` only, not to a square.
    """

    size: int = Field(ge=32, le=4096)
    stride: int = Field(ge=1, le=128)
    pad: int = Field(ge=0, le=255, description="grey level of the border")
    rectangular: bool

    @model_validator(mode="after")
    def _size_fits_stride(self) -> Self:
        if self.size % self.stride:
            raise ValueError(f"size {self.size} is not a multiple of stride {self.stride}")
        return self


class OutputSpec(Paper):
    """The network gives float32 (n, rows, anchors) and how it becomes boxes.

    ``yolo_raw``: rows 0-3 are centre x, centre y, width, height in network pixels, the others the labels' scores in
    0..1, before suppression of duplicates. ``yolo_grouped``: the same with four rows for each ``LabelGroup``, in its
    order: a door and the dent in it share an anchor and have boxes of their own.
    """

    layout: Literal["yolo_raw", "yolo_grouped"]
    nms_iou: float = Field(gt=0.0, le=1.0)
    score_floor: float = Field(gt=0.0, lt=1.0)
    max_detections: int = Field(gt=0)

    @property
    def boxes(self) -> int:
        """Boxes that each anchor carries."""
        return len(LabelGroup) if self.layout == "yolo_grouped" else 1

    def box_of(self, group: LabelGroup) -> int:
        """Which of them is a group's."""
        return list(LabelGroup).index(group) if self.layout == "yolo_grouped" else 0


class TrainingSource(Paper):
    """A data set that the weights learned from, and the licence line its uploader states."""

    name: str
    origin: str
    images: int = Field(gt=0)
    licence: str
    teaches: str


class Metric(Paper):
    """One measured figure. ``n`` counts what ``unit`` names; ``data`` says which split of which set.

    ``low``, ``high``: its 95 % interval, where one was computed.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int = Field(gt=0)
    unit: str
    data: str


class LabelThreshold(Paper):
    """Where one label's threshold comes from. Rates are on the validation data, at ``threshold``.

    ``rule``: ``plateau``, the middle of the range with nearly the best F1; ``pooled``, the same for the whole group,
    where the label has too few boxes of its own; ``clean_limit``, where the limit on clean cars asks for more.
    """

    label: str
    threshold: float = Field(gt=0.0, lt=1.0)
    rule: ThresholdRule
    boxes: int = Field(ge=0)
    precision: Share
    recall: Share
    ap50: Share | None = None


class ThresholdReport(Paper):
    """How the thresholds were chosen. ``clean_limit``: share of clean cars that one group of labels may flag."""

    command: str
    data: str
    clean_limit: Share
    labels: tuple[LabelThreshold, ...]


class Manifest(Paper):
    """Everything a service must know about a detector before it trusts it."""

    format: Literal[1]
    name: FileName
    version: str = Field(min_length=1)
    licence: str
    weights: FileRef
    checkpoint: FileRef
    input: InputSpec
    output: OutputSpec
    labels: tuple[Label, ...] = Field(min_length=1)
    training: tuple[TrainingSource, ...] = Field(min_length=1)
    recipe: Sha256 | None = None
    metrics: tuple[Metric, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    thresholds: ThresholdReport | None = None
    quantised: Quantised | None = None
    promotion: Promotion | None = None
    seal: Sha256 | None = Field(default=None, description="digest of everything else, once promoted")

    @model_validator(mode="after")
    def _labels_are_distinct(self) -> Self:
        twice = [name for name, count in Counter(self.label_names).items() if count > 1]
        if twice:
            raise ValueError(f"labels named twice: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _report_speaks_of_the_labels(self) -> Self:
        reported = {item.label: item.threshold for item in self.thresholds.labels} if self.thresholds else {}
        wrong = [label.name for label in self.labels if reported.get(label.name, label.threshold) != label.threshold]
        wrong += sorted(set(reported) - set(self.label_names))
        if wrong:
            raise ValueError(f"the threshold report disagrees with the labels: {', '.join(wrong)}")
        return self

    @model_validator(mode="after")
    def _groups_are_calibrated_once(self) -> Self:
        groups = [item.group for item in self.calibration]
        if len(set(groups)) < len(groups):
            raise ValueError("a group is calibrated twice")
        return self

    @property
    def digest(self) -> str:
        """sha256 of all that the manifest says except its seal: files, labels, figures."""
        shown = self.model_dump(mode="json", exclude_none=True, exclude={"seal"})
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()

    def sealed(self) -> Self:
        """The same, so that a change to any hash, label or figure is noticed when it is read."""
        return self.model_copy(update={"seal": self.digest})

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels' names in channel order."""
        return tuple(label.name for label in self.labels)

    @property
    def reference(self) -> str:
        """``name@version+sha``: what an assessment cites."""
        return f"{self.name}@{self.version}+{self.weights.sha256[:12]}"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises ``ModelError`` ``model.manifest_missing``, ``manifest_invalid``, or ``figures_mismatch`` when a hash,
        a label or a figure is not the one that was promoted, or the seal over them is gone."""
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError as error:
            raise ModelError("manifest_missing", path.name) from error
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError("manifest_invalid", f"{path.name}: {error}") from error
        try:
            manifest = cls.model_validate_json(text)
        except ValidationError as error:
            raise ModelError("manifest_invalid", f"{path.name}: {_first_fault(error)}") from error
        promoted = manifest.seal is not None or manifest.promotion is not None
        if promoted and manifest.seal != manifest.digest:
            raise ModelError("figures_mismatch", f"{path.name} was changed after {manifest.name} was promoted")
        return manifest

    def to_json(self) -> str:
        """The manifest as it is written to disk: stable key order, one trailing newline."""
        shown = self.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
        return json.dumps(shown, indent=1, ensure_ascii=False) + "\n"


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    return f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']} ({error.error_count()} in all)"
