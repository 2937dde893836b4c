"""Small pictures: boxes on the right photo at the right place, and never more bytes than allowed."""

import base64
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from simulated_runs import THRESHOLDS, Run

from api.rescore_report.photos import CasePhotos, drawn_from
from api.rescore_report.thumbnails import LARGE, Thumbnail, thumbnails
from claims.facts import CaseFacts
from claims.rescore.case import HistoricalCase, Quarantined, Row
from claims.rescore.evidence import MOST_QUARANTINED, PhotoSeen, Seen, evidence_of
from claims.rescore.photo_files import LocalAndS3
from model.manifest import Manifest
from model.notes import note
from model.registry import DEFAULT_MODEL, MANIFEST, shipped_weights

Simulate = Callable[..., Run]


def photo(side: tuple[int, int] = (400, 300), *, seed: int | None = None, turned: bool = False) -> bytes:
    """One colour, or noise; ``turned``: the file says that the picture lies on its side."""
    if seed is None:
        image = Image.new("RGB", side, "#8a2b22")
    else:
        pixels = np.random.default_rng(seed).integers(0, 256, (side[1], side[0], 3), dtype=np.uint8)
        image = Image.fromarray(pixels)
    exif = Image.Exif()
    if turned:
        exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def shown(photos: list[bytes], seen: dict[tuple[str, int], PhotoSeen] | None = None) -> tuple[Thumbnail, ...]:
    hashes = [hashlib.sha256(one).hexdigest() for one in photos]
    return thumbnails("a", hashes, seen or {}, lambda _, number: photos[number - 1])


def size(thumbnail: Thumbnail) -> int:
    return len(base64.b64decode(thumbnail.uri.partition("base64,")[2]))


def at(score: float, *box: float, side: tuple[int, int] = (400, 300)) -> PhotoSeen:
    seen = Seen(label="dent", score=score, box=(box[0], box[1], box[2], box[3]))
    return PhotoSeen(width=side[0], height=side[1], boxes=(seen,))


def test_the_photo_with_the_surest_damage_comes_first_and_is_the_largest() -> None:
    photos = [photo((400, 300 + number)) for number in range(5)]
    seen = {("a", 2): at(0.5, 0, 0, 10, 10), ("a", 4): at(0.9, 0, 0, 10, 10), ("b", 1): at(1.0, 0, 0, 10, 10)}
    found = shown(photos, seen)
    assert [one.photo for one in found] == [4, 2, 1]
    assert found[0].width > found[1].width


def test_boxes_stand_where_they_stood_and_inside() -> None:
    found = shown([photo((800, 600))], {("a", 1): at(0.9, 80, 60, 1200, 300, side=(800, 600))})[0]
    assert (found.width, found.height) == (360, 270)
    assert found.boxes == ((36.0, 27.0, 324.0, 108.0),)
    assert found.seen == ("dent",)


def test_a_photo_on_its_side_is_shown_upright() -> None:
    found = shown([photo((800, 400), turned=True)])[0]
    assert (found.width, found.height) == (180, 360)


def test_a_photo_that_changed_since_it_was_scored_is_left_out() -> None:
    before, now = photo(), photo((401, 300))
    hashes = [hashlib.sha256(before).hexdigest()] * 2
    found = thumbnails("a", hashes, {}, lambda _, number: (now, before)[number - 1])
    assert [one.photo for one in found] == [2]


@pytest.mark.parametrize("content", [None, b"", b"no photo at all"])
def test_a_photo_that_cannot_be_had_or_opened_is_left_out(content: bytes | None) -> None:
    digest = hashlib.sha256(content or b"").hexdigest()
    assert thumbnails("a", [digest], {}, lambda *_: content) == ()


@pytest.mark.parametrize("side", [(1200, 900), (2400, 400), (400, 330)])
def test_noise_becomes_smaller_until_it_fits(side: tuple[int, int]) -> None:
    first, *others = shown([photo(side, seed=number) for number in range(3)])
    assert size(first) <= LARGE
    assert [size(one) <= 7_000 for one in others] == [True, True]
    assert first.width / first.height == pytest.approx(side[0] / side[1], rel=0.1)


def test_boxes_are_those_of_the_case_that_reach_their_threshold(simulate: Simulate) -> None:
    run = simulate()
    wanted = set(list(run.photos)[:20])
    evidence = evidence_of(run.out, wanted, THRESHOLDS)
    assert {case for case, _ in evidence.seen} <= wanted
    boxes = [box for one in evidence.seen.values() for box in one.boxes]
    assert boxes
    assert all(box.score >= THRESHOLDS[box.label] for box in boxes)
    without = evidence_of(run.out, wanted, {})
    assert without.seen.keys() == evidence.seen.keys()
    assert [one.boxes for one in without.seen.values()] == [()] * len(without.seen)


def test_the_list_of_quarantine_ends(simulate: Simulate) -> None:
    held = evidence_of(simulate(cases=40, quarantined=300, seed=5).out, set(), {}).held
    assert len(held) == MOST_QUARANTINED
    assert (held[0].row, held[0].case_id, held[0].photo, held[0].reason.code) == (
        40,
        "C-00040",
        None,
        "photo.too_small",
    )
    assert held[4].case_id is None


def rows(*names: str) -> Iterator[Row]:
    yield Quarantined(row=0, id="a", reason=note("rescore.no_photos"))
    for number, name in enumerate(names, start=1):
        photos = (f"{name}-1.jpg", f"{name}-2.jpg")
        yield HistoricalCase(row=number, id=name, photos=photos, facts=CaseFacts(), on=date(2026, 1, 1))


def test_photos_are_found_again_through_their_rows(tmp_path: Path) -> None:
    (tmp_path / "b-2.jpg").write_bytes(b"photo")
    going = rows("a", "b", "c", "d")
    photos = CasePhotos.among(going, {"a", "b"}, LocalAndS3(str(tmp_path)))
    assert photos("b", 2) == b"photo"
    assert [photos("b", number) for number in (0, 1, 3)] == [None, None, None]
    assert photos("c", 1) is None
    assert [row.id for row in going] == ["c", "d"]


def test_no_row_is_read_where_no_case_is_wanted(tmp_path: Path) -> None:
    going = rows("a")
    assert CasePhotos.among(going, set(), LocalAndS3(str(tmp_path)))("a", 1) is None
    assert len(list(going)) == 2


def test_damage_is_drawn_and_parts_are_not() -> None:
    manifest = Manifest.read(shipped_weights() / DEFAULT_MODEL / MANIFEST)
    drawn = drawn_from(manifest)
    groups = {label.group.value for label in manifest.labels if label.name in drawn}
    assert groups == {"damage", "damaged_part"}
    assert all(0 < threshold < 1 for threshold in drawn.values())
