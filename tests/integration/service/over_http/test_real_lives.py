"""The same with the shipped detector and real photos: whatever it makes of them, the case comes to its end."""

import io
from pathlib import Path

import pytest
from lives import Life
from PIL import Image
from sites import Site

from inference.detector import Detector
from model.registry import DEFAULT_MODEL, shipped_weights
from model.texts import LANGUAGES

pytestmark = pytest.mark.photos


@pytest.fixture(scope="module")
def gate() -> Detector:
    """In place of the scripted one."""
    return Detector.load(shipped_weights() / DEFAULT_MODEL, "onnx")


def nearer(photo: bytes) -> bytes:
    """A second view: the middle nine tenths."""
    image, out = Image.open(io.BytesIO(photo)), io.BytesIO()
    width, height = image.size
    image.crop((width // 20, height // 20, width - width // 20, height - height // 20)).save(out, "JPEG", quality=95)
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["damaged_parts/images/00001.jpg", "damage_types/images/00004.jpg"])
def test_real_photos_from_report_to_payment(site: Site, shared_photos: Path, name: str, language: str) -> None:
    photo = (shared_photos / name).read_bytes()
    life = Life(site.case(), language)
    life.in_the_dark(photo)
    end = life.lived((photo,), nearer(photo))
    assert end["assessment"]["versions"]["model"].startswith(DEFAULT_MODEL)
    assert end["assessment"]["damages"]
