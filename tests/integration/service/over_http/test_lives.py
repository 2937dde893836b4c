"""Whole lives of cases over HTTP in both languages on both databases, with scripted detections."""

from hashlib import sha256

import pytest
from lives import Life, darkened
from sites import SCRATCH, Site

from inference.testing import ScriptedDetector, shipped_manifest
from model.texts import LANGUAGES


@pytest.fixture
def gate() -> ScriptedDetector:
    """In the dark it sees nothing."""
    night = {sha256(darkened(photo)).hexdigest(): [] for photo in SCRATCH.photos}
    return ScriptedDetector({**SCRATCH.script, **night}, shipped_manifest("joint-v0"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_life_without_a_person(site: Site, language: str) -> None:
    end = Life(site.case(), language).lived(SCRATCH.photos)
    assert [event["code"] for event in end["timeline"]] == [
        *("open_claim", "submit_materials", "start_assessment", "publish_offer"),
        *("accept", "start_payment", "confirm_payment"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_life_with_a_person(site: Site, language: str) -> None:
    life = Life(site.case(), language)
    life.in_the_dark(SCRATCH.photos[0])
    end = life.lived(SCRATCH.photos, covered=False)
    assert [event["code"] for event in end["timeline"]] == [
        *("open_claim", "submit_materials", "start_assessment", "refer", "settle"),
        *("accept", "start_payment", "confirm_payment"),
    ]
