"""What was seen on a photo as bytes and back, exactly, so that nobody has to look a second time.

Without the photo's name, which a customer chose, and its place in the case: both are given at reading. Bytes of another
form, or that cannot be read, are no observation: look again. ``FORM`` counts up with any change to how a photo is read
that versions do not tell: its hashes, its grey copy.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import numpy as np

from claims.note_json import note_json, note_of
from claims.observe import Eyes, Observation
from inference.quality import Quality, Subject
from inference.same_picture import Grey
from model.detections import Detections
from model.labels import Label

FORM: Final = b"quickclaim/observation/1\n"
UNSEEN_RULES: Final = frozenset(
    {
        *("version", "fill", "surface_dm2", "minor_up_to_cm2", "moderate_up_to_cm2", "dented_cover", "plausibility"),
        *("min_support", "clear_winner", "rim_doubt", "off_car_parts"),
    }
)
"""What ``Scene.read`` does not ask of the rules of consolidation: damages are sized and named anew each time."""

_DETECTOR: Final = frozenset({"name", "version", "weights", "input", "output", "labels", "calibration"})
_UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


def looked_with(eyes: Eyes) -> str:
    """SHA-256 of all that decides what is seen: equal ones see the same on the same file."""
    rules = eyes.rulebook
    told = (
        FORM.decode(),
        eyes.detector.manifest.model_dump_json(include=set(_DETECTOR)),
        rules.quality.model_dump_json(),
        rules.consolidate.model_dump_json(exclude=set(UNSEEN_RULES)),
        json.dumps(asdict(eyes.limits)),
    )
    return sha256("\n".join(told).encode()).hexdigest()


def observation_bytes(seen: Observation) -> bytes:
    """``FORM``, a line of JSON, the grey copy: about 100 KB. Deflating it takes ten times as long as all else, to save
    a third. Raises ``TypeError`` for a note that holds what could not be read back."""
    told = {
        "sha256": seen.sha256,
        "size": [seen.width, seen.height],
        "phashes": [f"{phash:016x}" for phash in seen.phashes],
        "grey": None if seen.grey is None else seen.grey.shape,
        "taken_at": seen.taken_at and seen.taken_at.isoformat(),
        "software": seen.software,
        "rejection": seen.rejection and note_json(seen.rejection),
        "quality": None if seen.quality is None else _told_quality(seen.quality),
        "detections": None if seen.detections is None else _told_detections(seen.detections),
    }
    line = json.dumps(told, separators=(",", ":"), allow_nan=False).encode()
    grey = b"" if seen.grey is None else seen.grey.tobytes()
    return FORM + line + b"\n" + grey


def observation_of(content: bytes, labels: tuple[Label, ...], *, index: int, name: str) -> Observation | None:
    """The observation of ``observation_bytes``; ``labels`` are those of the detector that looked, in channel order."""
    if not content.startswith(FORM):
        return None
    try:
        line, _, grey = content[len(FORM) :].partition(b"\n")
        told = json.loads(line)
        width, height = told["size"]
        return Observation(
            index=index,
            name=name,
            sha256=told["sha256"],
            width=width,
            height=height,
            phashes=tuple(int(phash, 16) for phash in told["phashes"]),
            grey=_grey(told["grey"], grey),
            taken_at=told["taken_at"] and datetime.fromisoformat(told["taken_at"]),
            software=told["software"],
            rejection=told["rejection"] and note_of(told["rejection"]),
            quality=told["quality"] and _quality(told["quality"]),
            detections=told["detections"] and _detections(told["detections"], labels),
        )
    except _UNREADABLE:
        return None


def _told_quality(quality: Quality) -> dict[str, Any]:
    """Floats are spelled as ``repr`` does, which reads back as the same number."""
    told = {name: getattr(quality, name) for name in Quality.__slots__}
    return {**told, "reasons": [note_json(note) for note in quality.reasons]}


def _quality(told: Mapping[str, Any]) -> Quality:
    reasons = tuple(note_of(note) for note in told["reasons"])
    return Quality(**{**told, "subject": Subject(told["subject"]), "reasons": reasons})


def _told_detections(found: Detections) -> dict[str, Any]:
    return {name: getattr(found, name).tolist() for name in ("boxes", "scores", "label_ids")}


def _detections(told: Mapping[str, Any], labels: tuple[Label, ...]) -> Detections:
    label_ids = np.array(told["label_ids"], dtype=np.int64)
    if len(label_ids) and not 0 <= label_ids.min() <= label_ids.max() < len(labels):
        raise ValueError("labels of another detector")
    return Detections(
        boxes=np.array(told["boxes"], dtype=np.float32).reshape(-1, 4),
        scores=np.array(told["scores"], dtype=np.float32),
        label_ids=label_ids,
        labels=labels,
    )


def _grey(shape: Sequence[int] | None, content: bytes) -> Grey | None:
    return None if shape is None else np.frombuffer(content, dtype=np.uint8).reshape(shape)
