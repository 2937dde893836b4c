"""Photos with boxes, as PNG files."""

import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.report import fonts
from api.report.marks import PALETTE, line_numbers, marks_of, place_labels
from api.report.overlay import write_overlays
from claims.observe import PhotoSource
from inference.testing import Row
from model.errors import UsageError
from model.texts import Texts

ENGLISH = Texts.load("en")


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB")).astype(int)


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def difference(path: Path, content: bytes) -> np.ndarray:
    apart: np.ndarray = np.abs(pixels(Image.open(path)) - pixels(Image.open(io.BytesIO(content)))).max(axis=2)
    return apart


def test_one_picture_per_readable_photo(fixed: Any, tmp_path: Path) -> None:
    written = write_overlays(fixed.assessment, fixed.sources, tmp_path / "new", ENGLISH)
    assert [path.name for path in written] == ["01-one.png", "02-two.png"]
    assert sorted((tmp_path / "new").iterdir()) == written


def test_it_differs_from_the_photo_where_the_box_is_and_nowhere_far_from_it(door: Any, tmp_path: Path) -> None:
    first, _ = write_overlays(door.assessment, door.sources, tmp_path, ENGLISH)
    changed = difference(first, door.sources[0].content) > 20
    assert size(first) == (800, 600)
    assert changed[250, 300:341].mean() > 0.6
    assert changed[250:276, 340].mean() > 0.6
    assert not changed[300:].any()
    assert not changed[:200].any()


def test_a_photo_without_damage_is_written_unchanged(make_case: Callable[..., Any], jpeg: Any, tmp_path: Path) -> None:
    content = jpeg(5)
    case = make_case({"clean.jpg": (content, [("hood", 0.9, (100.0, 100.0, 700.0, 500.0))])})
    (written,) = write_overlays(case.assessment, case.sources, tmp_path, ENGLISH)
    assert not difference(written, content).any()


def test_large_photos_are_reduced_and_upright(
    make_case: Callable[..., Any], jpeg: Any, scratched_door: Sequence[Row], tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    rows = [(name, score, tuple(4 * value for value in box)) for name, score, box in scratched_door]
    case = make_case({"phone.jpg": (jpeg(1, (3200, 2400), exif=exif), rows)})
    (written,) = write_overlays(case.assessment, case.sources, tmp_path, ENGLISH)
    assert size(written) == (1200, 1600)
    assert case.assessment.observations[0].width == 2400


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "01-passwd.png"),
        ("C:\\photos\\left door.HEIC", "01-left-door.png"),
        ("左前门 (1).jpg", "01-左前门-1.png"),
        ("<script>alert(1)</script>.jpg", "01-script.png"),
        (".jpg", "01-jpg.png"),
        ("\x1b[2J\udce9", "01-2J.png"),
        ("///", "01-photo.png"),
        ("x" * 300 + ".jpg", f"01-{'x' * 40}.png"),
    ],
)
def test_names_are_safe(make_case: Callable[..., Any], jpeg: Any, tmp_path: Path, name: str, expected: str) -> None:
    case = make_case({name: (jpeg(), [("hood", 0.9, (100.0, 100.0, 700.0, 500.0))])})
    (written,) = write_overlays(case.assessment, case.sources, tmp_path, ENGLISH)
    assert written.parent == tmp_path
    assert written.name == expected


def test_photos_are_never_overwritten(door: Any, tmp_path: Path) -> None:
    content = [source.content for source in door.sources]
    files = [tmp_path / "01-one.png", tmp_path / "02-two.png"]
    for file, data in zip(files, content, strict=True):
        file.write_bytes(data)
    sources = [PhotoSource(name=s.name, content=file) for s, file in zip(door.sources, files, strict=True)]
    written = write_overlays(door.assessment, sources, tmp_path, ENGLISH)
    assert [path.name for path in written] == ["01-one-2.png", "02-two-2.png"]
    assert [file.read_bytes() for file in files] == content


def test_a_link_of_the_overlay_name_is_replaced_and_not_followed(door: Any, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep me")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "01-one.png").symlink_to(precious)
    write_overlays(door.assessment, door.sources, tmp_path / "out", ENGLISH)
    assert precious.read_text() == "keep me"


def test_a_photo_that_changed_since_is_left_out(door: Any, jpeg: Any, tmp_path: Path) -> None:
    other = [PhotoSource(name="one.jpg", content=jpeg(77)), door.sources[1]]
    written = write_overlays(door.assessment, other, tmp_path, ENGLISH)
    assert [path.name for path in written] == ["02-two.png"]


def test_a_folder_that_cannot_be_made_is_a_coded_error(door: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder, code in (
        ("file/folder", "output_unwritable"),
        ("file", "output_unwritable"),
        ("no/x", "no_such_folder"),
    ):
        with pytest.raises(UsageError) as caught:
            write_overlays(door.assessment, door.sources, tmp_path / folder, ENGLISH)
        assert caught.value.code == f"usage.{code}"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_chinese_labels_are_drawn_as_chinese(door: Any, tmp_path: Path) -> None:
    if fonts.find("zh") is None:
        pytest.skip("no Chinese font on this machine")
    (english, _), (chinese, _) = (
        write_overlays(door.assessment, door.sources, tmp_path / name, Texts.load(name)) for name in ("en", "zh")
    )
    assert pixels(Image.open(english)).tobytes() != pixels(Image.open(chinese)).tobytes()


def test_without_a_chinese_font_labels_are_english(door: Any, tmp_path: Path) -> None:
    """Only a font file with Chinese letters counts as one: a Latin font under a Chinese font's name does not."""
    latin = fonts.find("en")
    if latin is None:
        pytest.skip("no font on this machine")
    shutil.copy(latin, tmp_path / "NotoSansCJK-Bold.ttc")
    assert fonts.search("zh", [tmp_path]) is None
    assert fonts.search("en", [latin.parent]) is not None


def test_numbers_are_those_of_the_lines(door: Any) -> None:
    numbers = line_numbers(door.assessment)
    for number, line in enumerate(door.assessment.estimate.lines, start=1):
        assert all(numbers[index] <= number for index in line.damages)
    assert {mark.number for marks in marks_of(door.assessment).values() for mark in marks} <= set(numbers.values())


def test_white_text_can_be_read_on_every_colour() -> None:
    """WCAG 2.2, 1.4.3: contrast of at least 4.5 with white."""
    for colour in PALETTE:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 4.5


corner = st.floats(-200, 1200)
boxes = st.lists(st.tuples(corner, corner, corner, corner).map(lambda b: (*sorted(b[:2]), *sorted(b[2:]))), max_size=12)


@given(boxes)
def test_labels_stay_inside_and_keep_apart_while_there_is_room(found: list[tuple[float, ...]]) -> None:
    ordered = [(a, c, b, d) for a, b, c, d in found]
    placed = place_labels(ordered, [(60.0, 30.0)] * len(ordered), 1000, 800)
    for x1, y1, x2, y2 in placed:
        assert (x1, y1) >= (0, 0)
        assert x2 <= 1000
        assert y2 <= 800
    for at, (x1, y1, x2, y2) in enumerate(placed):
        for u1, v1, u2, v2 in placed[:at]:
            assert min(x2, u2) - max(x1, u1) < 1e-6 or min(y2, v2) - max(y1, v1) < 1e-6
