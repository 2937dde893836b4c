"""This project's own labels: what people of the project drew on photos of the sets, keyed by the photo's sha256.

The photos stay out of the repository; ``annotations/photos.jsonl`` holds one line a photo. How they were drawn, and how
far two annotators agree, is in ``docs/labelling.md``. Coordinates are thousandths of the photo's width and height.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from model.errors import ModelError
from model.findings import Box, PartRef
from model.manifest import Sha256
from model.vocabulary import DamageKind, Part, Severity, Side

Thousandth = Annotated[int, Field(ge=0, le=1000)]
Point = tuple[Thousandth, Thousandth]
Corners = tuple[Thousandth, Thousandth, Thousandth, Thousandth]
View = Literal["close_up", "part", "whole"]
"""How much of the car is in the picture: less than a panel, some panels, or the car from end to end."""


class _Drawn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelledPart(_Drawn):
    """The visible extent of one part of the car in question."""

    part: Part
    side: Side = Side.NONE
    box: Corners

    @model_validator(mode="after")
    def _has_an_area_and_a_side(self) -> Self:
        PartRef(part=self.part, side=self.side)
        _check_corners(self.box)
        return self


class LabelledDamage(_Drawn):
    """One contiguous damage of one kind on one part. ``outline``: its corners in order, at least three."""

    part: Part | None = None
    side: Side = Side.NONE
    kind: DamageKind
    severity: Severity
    outline: Annotated[tuple[Point, ...], Field(min_length=3)]

    @model_validator(mode="after")
    def _has_an_area_and_a_side(self) -> Self:
        if self.part is not None:
            PartRef(part=self.part, side=self.side)
        if self.kind is DamageKind.UNKNOWN:
            raise ValueError("a damage that one looked at has a kind")
        _check_corners(self.box)
        return self

    @property
    def box(self) -> Corners:
        """The smallest box around the outline."""
        xs, ys = [x for x, _ in self.outline], [y for _, y in self.outline]
        return (min(xs), min(ys), max(xs), max(ys))


class LabelledPhoto(_Drawn):
    """Everything drawn on one photo: every visible part of the car in question, and every damage on it.

    ``others``: boxes around other vehicles and around anything that nobody can tell; they teach and judge nothing.
    """

    sha256: Sha256
    folder: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")]
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    view: View
    parts: tuple[LabelledPart, ...] = ()
    damages: tuple[LabelledDamage, ...] = ()
    others: tuple[Corners, ...] = ()
    note: str = ""

    @property
    def damaged_regions(self) -> Mapping[tuple[Part, Side], Corners]:
        """The region of each part that holds all damages on it: what the damaged_parts set draws."""
        regions: dict[tuple[Part, Side], Corners] = {}
        for damage in self.damages:
            if damage.part is not None:
                x1, y1, x2, y2 = regions.get((damage.part, damage.side), damage.box)
                u1, v1, u2, v2 = damage.box
                regions[damage.part, damage.side] = (min(x1, u1), min(y1, v1), max(x2, u2), max(y2, v2))
        return regions

    def pixels(self, corners: Corners) -> Box:
        """Thousandths → pixels of this photo."""
        x1, y1, x2, y2 = corners
        return (
            x1 * self.width / 1000,
            y1 * self.height / 1000,
            x2 * self.width / 1000,
            y2 * self.height / 1000,
        )


Form = TypeVar("Form", bound=LabelledPhoto)


def own_labels(file: Path | None = None) -> Mapping[str, LabelledPhoto]:
    """sha256 → labels, from ``file`` or from the project's own. Raises ``ModelError`` ``model.data_unreadable``."""
    return read_labels(file or files(__package__).joinpath("annotations/photos.jsonl"), LabelledPhoto)


def read_labels(source: Traversable, form: type[Form]) -> Mapping[str, Form]:
    """sha256 → labels of a file with one photo a line. Raises ``ModelError`` ``model.data_unreadable``."""
    labelled: dict[str, Form] = {}
    for number, line in enumerate(_lines(source), start=1):
        try:
            photo = form.model_validate_json(line)
        except ValidationError as error:
            raise ModelError("data_unreadable", f"own labels, line {number}: {error.errors()[0]['msg']}") from error
        if photo.sha256 in labelled:
            raise ModelError("data_unreadable", f"own labels, line {number}: {photo.file} is labelled twice")
        labelled[photo.sha256] = photo
    return labelled


def write_own_labels(photos: Iterable[LabelledPhoto], file: Path) -> None:
    """One line a photo, in order of sha256, so that a change shows as the lines it touches."""
    ordered = sorted(photos, key=lambda photo: photo.sha256)
    lines = [photo.model_dump_json(exclude_defaults=True) for photo in ordered]
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _lines(source: Traversable) -> list[str]:
    try:
        return source.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError("data_unreadable", f"own labels: {error}") from error


def _check_corners(corners: Corners) -> None:
    x1, y1, x2, y2 = corners
    if x1 >= x2 or y1 >= y2:
        raise ValueError(f"a box without area: {list(corners)}")
