"""Facts about a photo: is there a car, is it sharp, bright and large enough? Each fact has a code and a measured limit.

Blur never blocks: published evidence and our own curves (docs/photo-quality.md) show that it predicts missed damage
badly, so it only warns. Blocked is what cannot be assessed: no car, no light, no contrast.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from inference.scene import Scene
from model.detections import Detections
from model.findings import Box
from model.notes import Note, note
from model.rules_text import read_versioned
from model.vocabulary import LabelGroup


class _Limits(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WarnLimits(_Limits):
    """Beyond these the customer gets advice; the photo still counts."""

    sharpness: float = Field(ge=0)
    dark_mean: float = Field(ge=0, le=255)
    bright_mean: float = Field(ge=0, le=255)
    clipped_share: float = Field(gt=0, le=1)
    car_long_side: int = Field(ge=0)
    car_share: float = Field(ge=0, le=1)


class BlockLimits(_Limits):
    """Beyond these nothing can be assessed."""

    dark_mean: float = Field(ge=0, le=255)
    bright_mean: float = Field(ge=0, le=255)
    contrast: float = Field(ge=0)


class SubjectLimits(_Limits):
    """Best part scores from which on the photo may show a car, and does.

    Parts alone: damage is seen in bushes and asphalt about as readily as on paint (docs/photo-quality.md).
    """

    min_part_score: float = Field(gt=0, le=1)
    sure_part_score: float = Field(gt=0, le=1)


class QualityRules(_Limits):
    """All limits; see the YAML file."""

    version: str
    long_side: int = Field(ge=64)
    warn: WarnLimits
    block: BlockLimits
    subject: SubjectLimits

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, "quality.yaml")


class Subject(StrEnum):
    """What the photo shows."""

    CAR = "car"
    CLOSE_UP = "close_up"
    NO_CAR = "no_car"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """``ok`` is False only for what cannot be assessed; ``reasons`` holds blocks first, then warnings.

    ``sure``: a car beyond doubt; on a photo that is not, no part is named.

    ``sharpness`` in grey levels², ``brightness`` 0..255, ``clipped`` and ``car_share`` 0..1, ``car_long_side`` in px of
    the original photo (0 without a recognised part).
    """

    ok: bool
    subject: Subject
    sure: bool
    sharpness: float
    brightness: float
    contrast: float
    clipped: float
    car_share: float
    car_long_side: float
    reasons: tuple[Note, ...]


def judge(pixels: npt.NDArray[np.uint8], detections: Detections, scene: Scene, rules: QualityRules) -> Quality:
    """Measure one upright RGB photo (h, w, 3), which may be a reduced copy of the ``scene``'s original size."""
    grey = _grey(pixels, rules.long_side)
    score = best_part_score(detections)
    subject = _subject(score, scene, rules.subject)
    sure = score >= rules.subject.sure_part_score
    car = scene.car_box
    facts = {
        "sharpness": _sharpness(_crop(grey, car, scene)),
        "brightness": float(grey.mean()),
        "contrast": float(grey.std()),
        "clipped": float(((grey <= 8) | (grey >= 250)).mean()),
        "car_share": scene.car_share,
        "car_long_side": max(car[2] - car[0], car[3] - car[1]) if car else 0.0,
    }
    blocks, warnings = _blocks(facts, subject, rules.block), _warnings(facts, subject, len(scene.parts), rules)
    return Quality(ok=not blocks, subject=subject, sure=sure, reasons=tuple(blocks + warnings), **facts)


def best_part_score(detections: Detections) -> float:
    """How much speaks for a car on the photo, 0..1; 0 where no part is seen."""
    return max((item.score for item in detections.of(LabelGroup.PART)), default=0.0)


def _grey(pixels: npt.NDArray[np.uint8], long_side: int) -> npt.NDArray[np.uint8]:
    factor = long_side / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else pixels
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _crop(grey: npt.NDArray[np.uint8], car: Box | None, scene: Scene) -> npt.NDArray[np.uint8]:
    if car is None:
        return grey
    factor = grey.shape[1] / scene.width
    x1, y1, x2, y2 = (round(value * factor) for value in car)
    crop = grey[max(0, y1) : y2, max(0, x1) : x2]
    return crop if min(crop.shape) >= 16 else grey


def _sharpness(grey: npt.NDArray[np.uint8]) -> float:
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _subject(score: float, scene: Scene, limits: SubjectLimits) -> Subject:
    if score < limits.min_part_score:
        return Subject.NO_CAR
    return Subject.CAR if scene.parts and score >= limits.sure_part_score else Subject.CLOSE_UP


def _blocks(facts: dict[str, float], subject: Subject, limits: BlockLimits) -> list[Note]:
    found = []
    if facts["brightness"] < limits.dark_mean:
        found.append(note("quality.black"))
    elif facts["brightness"] > limits.bright_mean:
        found.append(note("quality.white"))
    elif facts["contrast"] < limits.contrast:
        found.append(note("quality.no_contrast"))
    if subject is Subject.NO_CAR:
        found.append(note("quality.no_car"))
    return found


def _warnings(facts: dict[str, float], subject: Subject, parts: int, rules: QualityRules) -> list[Note]:
    limits = rules.warn
    # One recognised part says little about how large the car is: it may fill the frame.
    whole = subject is Subject.CAR and parts >= 2
    dark = facts["brightness"] < limits.dark_mean
    glaring = facts["brightness"] > limits.bright_mean or facts["clipped"] > limits.clipped_share
    tests = {
        "quality.too_dark": dark and facts["brightness"] >= rules.block.dark_mean,
        "quality.too_bright": glaring and not dark,
        "quality.blurred": facts["sharpness"] < limits.sharpness,
        "quality.close_up": subject is Subject.CLOSE_UP,
        "quality.car_low_resolution": whole and facts["car_long_side"] < limits.car_long_side,
        "quality.car_far": whole and facts["car_share"] < limits.car_share,
    }
    return [note(code) for code, holds in tests.items() if holds and subject is not Subject.NO_CAR]
