"""What was seen comes back exactly: an assessment from kept observations is the same to the byte."""

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from claims.assess import conclude
from claims.canonical import canonical
from claims.facts import CaseFacts
from claims.observation_bytes import FORM, UNSEEN_RULES, looked_with, observation_bytes, observation_of
from claims.observe import Eyes, Observation, PhotoSource, observe
from claims.rulebook import Rulebook
from inference.detector import Detector
from inference.images import IntakeLimits
from inference.quality import Quality, Subject
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.testing import Row, ScriptedDetector, detections, shipped_manifest
from model.notes import Note, note
from model.registry import DEFAULT_MODEL, shipped_weights
from model.vocabulary import Part

DAY = date(2026, 11, 22)
MANIFEST = shipped_manifest()
LABELS = MANIFEST.labels
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NOTES = st.sampled_from(
    (
        note("quality.blurred"),
        note("photo.too_small", width=40, height=30, limit=128),
        note("x", part=Part.HOOD, amount=Decimal("6.20"), inner=(Note("y"), None, True)),
    )
)


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Detections anywhere on a photo of 640 x 480 px."""
    found = []
    for label in draw(st.lists(st.sampled_from(MANIFEST.label_names), max_size=12)):
        x, y, w, h = (draw(st.floats(1, 300, width=32)) for _ in range(4))
        found.append((label, draw(st.floats(0.0625, 1, width=32)), (x, y, x + w, y + h)))
    return found


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """Anything that an observation can hold, likely or not."""
    if draw(st.booleans()):
        sha256 = draw(st.none() | st.text("0123456789abcdef", min_size=64, max_size=64))
        return Observation(index=3, name="x", sha256=sha256, rejection=draw(NOTES))
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    grey = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 256, (height, width), dtype=np.uint8)
    measured = ("sharpness", "brightness", "contrast", "clipped", "car_share", "car_long_side")
    return Observation(
        index=3,
        name="x",
        sha256=f"{draw(st.integers(0, 2**256 - 1)):064x}",
        width=draw(st.integers(1, 20_000)),
        height=draw(st.integers(1, 20_000)),
        phashes=tuple(draw(st.lists(st.integers(0, 2**64 - 1), max_size=8))),
        grey=draw(st.sampled_from((grey, None))),
        taken_at=draw(st.none() | st.datetimes().map(lambda time: time.replace(fold=0))),
        software=draw(st.none() | st.text(max_size=64)),
        quality=Quality(
            ok=draw(st.booleans()),
            subject=draw(st.sampled_from(Subject)),
            sure=draw(st.booleans()),
            reasons=tuple(draw(st.lists(NOTES, max_size=3))),
            **{name: draw(FLOATS) for name in measured},
        ),
        detections=detections(MANIFEST, draw(rows())),
    )


def assert_same(one: Observation, other: Observation | None) -> None:
    """Arrays by their bytes and types; everything else by value, floats to the last bit."""
    assert other is not None
    for field in fields(Observation):
        if field.name not in {"grey", "detections"}:
            assert repr(getattr(one, field.name)) == repr(getattr(other, field.name)), field.name
    assert (one.grey is None) == (other.grey is None)
    if one.grey is not None and other.grey is not None:
        assert (one.grey.dtype, one.grey.shape) == (other.grey.dtype, other.grey.shape)
        assert one.grey.tobytes() == other.grey.tobytes()
    assert (one.detections is None) == (other.detections is None)
    if one.detections is not None and other.detections is not None:
        for name in ("boxes", "scores", "label_ids"):
            first, second = getattr(one.detections, name), getattr(other.detections, name)
            assert (first.dtype, first.shape, first.tobytes()) == (second.dtype, second.shape, second.tobytes()), name
        assert one.detections.labels == other.detections.labels


@settings(max_examples=300)
@given(observations())
def test_any_observation_comes_back(seen: Observation) -> None:
    assert_same(seen, observation_of(observation_bytes(seen), LABELS, index=3, name="x"))


def test_place_and_name_are_given_at_reading() -> None:
    seen = Observation(index=3, name="my car, Wang", sha256=None, rejection=note("photo.empty"))
    found = observation_of(observation_bytes(seen), LABELS, index=7, name="8")
    assert found == replace(seen, index=7, name="8")
    assert b"Wang" not in observation_bytes(seen)


def picture(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(30, 220, (30, 40, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).save(out, "PNG")
    return out.getvalue()


PICTURES = tuple(picture(seed) for seed in range(3))


def kept(seen: Sequence[Observation]) -> list[Observation]:
    back = [observation_of(observation_bytes(one), LABELS, index=one.index, name=str(one.index)) for one in seen]
    return [one for one in back if one is not None]


def concluded(seen: Sequence[Observation], rulebook: Rulebook) -> bytes:
    return canonical(conclude(seen, CaseFacts(), rulebook, model_version="m", on=DAY))


@settings(max_examples=20)
@given(st.lists(rows(), min_size=len(PICTURES), max_size=len(PICTURES)))
def test_an_assessment_of_kept_observations_is_the_same(rulebook: Rulebook, script: list[list[Row]]) -> None:
    names = [f"{number}.png" for number in range(len(PICTURES))]
    eyes = Eyes(
        detector=ScriptedDetector(dict(zip(names, script, strict=True))), limits=IntakeLimits(), rulebook=rulebook
    )
    sources = [PhotoSource(name=name, content=content) for name, content in zip(names, PICTURES, strict=True)]
    seen = observe([*sources, PhotoSource(name="no.png", content=b"GIF89a")], eyes)
    assert concluded(kept(seen), rulebook) == concluded(seen, rulebook)


@pytest.mark.photos
def test_photos_seen_by_the_network_come_back(shared_photos: Path, rulebook: Rulebook) -> None:
    paths = [path for folder in sorted(shared_photos.iterdir()) for path in sorted(folder.glob("images/*.jpg"))[:2]]
    eyes = Eyes(
        detector=Detector.load(shipped_weights() / DEFAULT_MODEL, "onnx"), limits=IntakeLimits(), rulebook=rulebook
    )
    seen = observe([PhotoSource(name=path.name, content=path) for path in paths], eyes)
    assert sum(len(one.detections or ()) for one in seen) > len(paths) > 6
    for one in seen:
        assert_same(one, observation_of(observation_bytes(one), LABELS, index=one.index, name=one.name))
    assert concluded(kept(seen), rulebook) == concluded(seen, rulebook)


# --- what is no observation -----------------------------------------------------------------------------------------


def whole() -> bytes:
    seen = Observation(
        index=0,
        name="x",
        sha256="ab" * 32,
        width=640,
        height=480,
        grey=np.zeros((4, 5), np.uint8),
        detections=detections(MANIFEST, [(LABELS[-1].name, 0.9, (1, 2, 3, 4))]),
    )
    return observation_bytes(seen)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no observation",
        FORM,
        whole()[:-9],
        whole().replace(b"/1\n", b"/2\n", 1),
        FORM + b"[]\n",
        FORM + b'{"size":[1,2]}\n',
    ],
)
def test_bytes_of_another_form_are_none(content: bytes) -> None:
    assert observation_of(content, LABELS, index=0, name="x") is None


def test_a_label_that_the_detector_does_not_have_is_none() -> None:
    assert observation_of(whole(), LABELS, index=0, name="x") is not None
    assert observation_of(whole(), LABELS[:-1], index=0, name="x") is None


@settings(max_examples=300)
@given(at=st.integers(0, 2000), value=st.binary(min_size=1, max_size=6))
def test_damaged_bytes_never_raise(at: int, value: bytes) -> None:
    told = whole()
    at = len(FORM) + at % (len(told) - len(FORM))
    observation_of(told[:at] + value + told[at + len(value) :], LABELS, index=0, name="x")


# --- what decides what is seen --------------------------------------------------------------------------------------


def test_everything_that_decides_what_is_seen_counts(rulebook: Rulebook) -> None:
    eyes = Eyes(detector=ScriptedDetector({}), limits=IntakeLimits(), rulebook=rulebook)
    quality, scene = rulebook.quality, rulebook.consolidate
    stricter = quality.model_copy(update={"warn": quality.warn.model_copy(update={"sharpness": 1.5})})
    relabelled = MANIFEST.model_copy(update={"version": "another"})
    others = [
        replace(eyes, limits=IntakeLimits(min_side=64)),
        replace(eyes, detector=ScriptedDetector({}, relabelled)),
        replace(eyes, rulebook=replace(rulebook, quality=stricter)),
        replace(eyes, rulebook=replace(rulebook, consolidate=scene.model_copy(update={"side_winner": 9.0}))),
    ]
    assert len({looked_with(eyes), *map(looked_with, others)}) == 5
    unseen = replace(rulebook, consolidate=scene.model_copy(update={"version": "x", "min_support": 0.11}))
    assert looked_with(replace(eyes, rulebook=unseen)) == looked_with(eyes)


class Watched(ConsolidateRules):
    """Rules that write down what is asked of them."""

    def __getattribute__(self, name: str) -> object:
        if name in ConsolidateRules.model_fields:
            ASKED.add(name)
        return super().__getattribute__(name)


ASKED: set[str] = set()


def test_the_rules_that_are_left_out_exist() -> None:
    assert set(ConsolidateRules.model_fields) > UNSEEN_RULES


@settings(max_examples=100)
@given(rows())
def test_a_scene_asks_for_nothing_that_is_left_out(rulebook: Rulebook, found: list[Row]) -> None:
    flank: list[Row] = [("front_left_door", 0.9, (200, 100, 330, 300)), ("back_left_door", 0.9, (330, 100, 450, 300))]
    parts = [(name, 0.8, (10.0 * at, 20.0, 10.0 * at + 90, 120.0)) for at, name in enumerate(MANIFEST.label_names)]
    watched = Watched.model_construct(**dict(rulebook.consolidate))
    ASKED.clear()
    for shown in (found, [*flank, *found], [*flank, *parts, *found]):
        Scene.read(detections(MANIFEST, shown), width=640, height=480, rules=watched)
    assert len(ASKED) > 4
    assert not ASKED & UNSEEN_RULES


NAMED = """
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from inference.testing import ScriptedDetector
print(looked_with(Eyes(detector=ScriptedDetector({}), limits=IntakeLimits(), rulebook=Rulebook.load())))
"""


def test_every_process_names_a_way_of_looking_alike() -> None:
    """Sets have another order in each process."""
    root = Path(__file__).parents[3]
    named = [
        subprocess.run(
            [sys.executable, "-c", NAMED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert len(named[0].strip()) == 64
    assert set(named) == {named[0]}


def test_the_day_of_a_camera_is_kept_without_a_zone() -> None:
    taken = datetime.fromisoformat("2026-11-20T07:08:09")
    seen = Observation(index=0, name="x", sha256=None, taken_at=taken, rejection=note("photo.empty"))
    back = observation_of(observation_bytes(seen), LABELS, index=0, name="x")
    assert back is not None
    assert (back.taken_at, back.taken_at and back.taken_at.tzinfo) == (taken, None)
