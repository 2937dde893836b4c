"""A photo becomes what the network takes, and boxes find their way back."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from model.manifest import InputSpec

Pixels = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float32]


class PhotoLike(Protocol):
    """What the detector needs of a photo; ``inference.images.Photo`` has it."""

    @property
    def pixels(self) -> Pixels:
        """uint8 (rows, columns, 3) RGB, perhaps at reduced scale."""

    @property
    def width(self) -> int:
        """Columns of the upright photo as it was taken."""

    @property
    def height(self) -> int:
        """Rows of the upright photo as it was taken."""

    @property
    def scale(self) -> float:
        """Photo pixels per pixel of ``pixels``; the last row and column may stand for less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """How one photo lies in the network's picture.

    A photo of ``width`` × ``height`` px fills ``fit_width`` × ``fit_height`` px whose corner is at ``left``, ``top``,
    in a picture of ``net_width`` × ``net_height`` px. What is drawn stands for ``covers`` px of the photo, a little
    more than the photo has where its sides are no multiples of the reduced scale.
    """

    width: int
    height: int
    covers: tuple[float, float]
    fit_width: int
    fit_height: int
    left: int
    top: int
    net_width: int
    net_height: int

    @classmethod
    def plan(
        cls, width: int, height: int, spec: InputSpec, *, covers: tuple[float, float] | None = None
    ) -> "Letterbox":
        """Fit ``width`` × ``height`` into ``spec.size``, centred, sides padded to the stride or to the square."""
        ratio = spec.size / max(width, height)
        fit_width, fit_height = max(1, round(width * ratio)), max(1, round(height * ratio))
        net_width, net_height = _padded(fit_width, spec), _padded(fit_height, spec)
        return cls(
            width=width,
            height=height,
            covers=covers or (width, height),
            fit_width=fit_width,
            fit_height=fit_height,
            left=(net_width - fit_width) // 2,
            top=(net_height - fit_height) // 2,
            net_width=net_width,
            net_height=net_height,
        )

    def draw(self, pixels: Pixels, pad: int) -> Pixels:
        """The network's picture, uint8 (net_height, net_width, 3), border filled with grey ``pad``."""
        picture = np.full((self.net_height, self.net_width, 3), pad, dtype=np.uint8)
        inner = picture[self.top : self.top + self.fit_height, self.left : self.left + self.fit_width]
        inner[:] = _resized(pixels, self.fit_width, self.fit_height)
        return picture

    def to_network(self, boxes: Boxes) -> Boxes:
        """(n, 4) corners in photo pixels → corners in network pixels."""
        return (boxes * self._scale + self._offset).astype(np.float32)

    def to_photo(self, boxes: Boxes) -> Boxes:
        """(n, 4) corners in network pixels → corners in photo pixels; not clipped."""
        return ((boxes - self._offset) / self._scale).astype(np.float32)

    @property
    def _scale(self) -> npt.NDArray[np.float64]:
        return np.array([self.fit_width / self.covers[0], self.fit_height / self.covers[1]] * 2)

    @property
    def _offset(self) -> npt.NDArray[np.float64]:
        return np.array([self.left, self.top] * 2, dtype=np.float64)


def letterbox(photo: PhotoLike, spec: InputSpec) -> tuple[Pixels, Letterbox]:
    """The network's picture of a photo, and the way back to the photo's pixels."""
    rows, columns = photo.pixels.shape[:2]
    covers = (columns * photo.scale, rows * photo.scale)
    plan = Letterbox.plan(photo.width, photo.height, spec, covers=covers)
    return plan.draw(photo.pixels, spec.pad), plan


def _padded(side: int, spec: InputSpec) -> int:
    return -(-side // spec.stride) * spec.stride if spec.rectangular else spec.size


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Linear, as in training. Area averaging where more than two pixels become one: linear would skip some there."""
    if pixels.shape[:2] == (height, width):
        return pixels
    skips = pixels.shape[1] > 2 * width or pixels.shape[0] > 2 * height
    resized = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if skips else cv2.INTER_LINEAR)
    return np.asarray(resized, dtype=np.uint8)
