"""Where a person sees a damage: a box on a photo, and the outline in it where somebody drew one."""

from typing import Annotated, Self

from pydantic import AfterValidator, AllowInfNan, BaseModel, ConfigDict, Field, model_validator

from claims.as_typed import fault
from claims.outlines import LEAST, MOST, bounds, checked
from model.findings import Box


def _spans(box: Box) -> Box:
    if not (0 <= box[0] < box[2] and 0 <= box[1] < box[3]):
        raise fault("box_without_area")
    return box


Pixel = Annotated[float, AllowInfNan(False)]
Drawn = Annotated[
    tuple[tuple[Pixel, Pixel], ...],
    AfterValidator(checked),
    Field(json_schema_extra={"minItems": LEAST, "maxItems": MOST}),
]


class Mark(BaseModel):
    """Where the damage is: index of the photo in the case, and the box in pixels of the upright photo.

    ``outline``: the corners of a polygon around the damage, in order; ``box`` is then the smallest box around it.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"photo": 0, "box": [412, 300, 640, 455]},
                {"photo": 0, "box": [412, 300, 640, 455], "outline": [[412, 380], [520, 300], [640, 341], [560, 455]]},
            ]
        },
    )

    photo: int = Field(ge=0)
    box: Annotated[tuple[Pixel, Pixel, Pixel, Pixel], AfterValidator(_spans)]
    outline: Drawn | None = None

    @model_validator(mode="after")
    def _box_holds_the_outline(self) -> Self:
        if self.outline is not None and bounds(self.outline) != self.box:
            raise fault("outline_box")
        return self
