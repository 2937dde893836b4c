"""The sheets of a manifest that say how scores were given a meaning, and what the detector was judged by."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from model.vocabulary import LabelGroup

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Paper(BaseModel):
    """A sheet that nobody can change or add to."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRef(Paper):
    """A file by content. ``file`` is a bare name, so a manifest cannot point outside its own folder."""

    file: FileName
    sha256: Sha256
    bytes: int = Field(gt=0)


class Interval(Paper):
    """A measured value and its 95 % interval."""

    value: float
    low: float
    high: float


class Curve(Paper):
    """A rising map from score to probability.

    Without ``knots`` 1 / (1 + exp(-(slope * logit(score) + intercept))), after Platt 1999; with them straight lines
    between pairs of score and probability, both rising.
    """

    slope: float = Field(default=1.0, gt=0.0)
    intercept: float = 0.0
    knots: tuple[tuple[Share, Share], ...] = ()

    @model_validator(mode="after")
    def _rises(self) -> Self:
        columns = zip(*self.knots, strict=True)
        falls = any(low >= high for column in columns for low, high in pairwise(column))
        if falls or len(self.knots) == 1:
            raise ValueError("two or more knots, rising in score and probability, or none")
        return self

    def __str__(self) -> str:
        if self.knots:
            return f"straight lines between {len(self.knots)} knots"
        return f"slope {self.slope:g}, intercept {self.intercept:g}"


class Calibration(Paper):
    """How the network's score for one group of labels becomes the probability that a reported box is right.

    ``error_before``, ``error_after``: expected calibration error of the ``reports`` that are shown, the latter on
    photos that the fit did not see.
    """

    group: LabelGroup
    curve: Curve
    reports: int = Field(gt=0)
    photos: int = Field(gt=0)
    data: str
    error_before: Interval
    error_after: Interval


class QuantisedFigure(Paper):
    """One figure of the full network and of its 8-bit copy, on the same photos."""

    name: str
    data: str
    n: int = Field(gt=0)
    full: float
    quantised: float


class Quantised(Paper):
    """The 8-bit copy of the network, for OpenVINO: what it costs and what it gains, measured in one run.

    ``speed_up``: time of the full network over time of the copy. It is served when it ``pays``.
    """

    weights: FileRef
    photos: int = Field(gt=0, description="training photos that the ranges of its numbers were taken from")
    figures: tuple[QuantisedFigure, ...] = Field(min_length=1)
    speed_up: float = Field(gt=0.0)
    measured_on: str
    max_loss: Share = 0.01
    min_speed_up: float = Field(default=1.2, gt=0.0)

    @property
    def loss(self) -> float:
        """The most that any figure loses."""
        return round(max(figure.full - figure.quantised for figure in self.figures), 6)

    @property
    def pays(self) -> bool:
        """The rule: no figure loses more than ``max_loss``, and it is ``min_speed_up`` times as fast."""
        return self.loss <= self.max_loss and self.speed_up >= self.min_speed_up


class Promotion(Paper):
    """Why this detector became the shipped one. ``gain``: of the agreed score, over the detector ``over``.

    ``evaluation``: the file beside it that holds all its figures.
    """

    over: str
    policy: Sha256
    score: float
    gain: Interval
    evaluation: FileRef
