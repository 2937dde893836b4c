"""A packed set arrives as it left, whole or in parts, and nothing else arrives with it."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from model.errors import ModelError
from model.manifest import FileRef
from training.pack import pack
from training.pack_opened import unpack
from training.pack_parts import Parts, write_parts
from training.pack_photos import Shrinking, packed, shrunk
from training.photo_files import content_of
from training.prepare import prepare
from training.prepared import Drawn, PreparedPhoto, PreparedSet

DRAW, MAKE = Callable[..., Path], Callable[..., Any]
ROOT = Path(__file__).parents[3]
LARGE = PreparedPhoto(
    path="set/large.png",
    sha256="0" * 64,
    scope="all",
    cluster="c",
    split="train",
    width=100,
    height=50,
    drawn=(Drawn(label="dent", box=(10, 10, 50, 30), outline=((10, 10), (50, 10), (50, 30))),),
    others=((0, 0, 100, 50),),
)


@pytest.fixture
def ready(draw: DRAW, photo: Any, recipe: MAKE) -> tuple[PreparedSet, Path]:
    """Four photos to learn from, one to choose by, one to test with."""
    boxes = [("dent", 10, 10, 40, 30)]
    photos = [photo(name=f"{n}.png", seed=n, boxes=boxes) for n in range(4)]
    held = [photo(name=f"{split}.png", seed=seed, split=split) for split, seed in (("val", 20), ("test", 21))]
    root = draw("damage_types", *photos, *held)
    source = {"folder": "damage_types", "teaches": {"dent": ["dent"]}}
    return prepare(recipe(source), root).prepared, root


def _tar(folder: Path, name: str, **changes: Any) -> Path:
    """A part with one member, in an index that vouches for it."""
    member, file = tarfile.TarInfo(name), io.BytesIO()
    for key, value in changes.items():
        setattr(member, key, value)
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(member)
    content = file.getvalue()
    (folder / "part-000.tar").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    Parts(parts=(FileRef(file="part-000.tar", sha256=sha256, bytes=len(content)),)).write(folder)
    return folder / "part-000.tar"


def test_a_small_photo_travels_as_it_is_and_test_photos_stay(ready: tuple[PreparedSet, Path], tmp_path: Path) -> None:
    prepared, root = ready
    parts = pack(prepared, root, tmp_path / "pack", Shrinking(), limit=2**20).parts
    assert [part.file for part in parts] == ["part-000.tar"]
    assert unpack([tmp_path / "pack" / "part-000.tar"], tmp_path / "out") == []
    arrived = PreparedSet.read(tmp_path / "out" / "set")
    assert arrived.photos == tuple(photo for photo in prepared.photos if photo.split != "test")
    assert arrived.model_copy(update={"photos": prepared.photos}) == prepared
    for photo in arrived.photos:
        assert content_of(photo, tmp_path / "out" / "photos") == (root / photo.path).read_bytes()
    assert not list((tmp_path / "out").rglob("test.png"))


def test_parts_stay_below_their_limit_and_may_come_one_by_one(ready: tuple[PreparedSet, Path], tmp_path: Path) -> None:
    limit = 48 * 1024
    parts = pack(*ready, tmp_path / "pack", Shrinking(), limit=limit).parts
    names = [part.file for part in parts]
    assert len(names) > 1
    for part in parts:
        content = (tmp_path / "pack" / part.file).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (part.bytes, part.sha256)
        assert len(content) <= limit
    for name in reversed(names):
        missing = unpack([tmp_path / "pack" / name], tmp_path / "out")
        assert missing == names[: names.index(name)]
    assert len(list((tmp_path / "out" / "photos").rglob("*.png"))) == 5


def test_the_same_set_packs_to_the_same_bytes(ready: tuple[PreparedSet, Path], tmp_path: Path) -> None:
    shrinking = Shrinking(longest=48)
    first = pack(*ready, tmp_path / "a", shrinking, limit=48 * 1024)
    for path in ready[1].rglob("*.png"):
        os.utime(path, (1, 1))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "part-999.tar").write_bytes(b"of an earlier pack")
    assert pack(*ready, tmp_path / "b", shrinking, limit=48 * 1024) == first
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "b").iterdir())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_a_file_larger_than_a_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="photos/a") as caught:
        write_parts([("photos/a.jpg", bytes(50_000))], tmp_path, 60_000)
    assert caught.value.code == "model.data_too_large"


def test_boxes_shrink_with_their_photo() -> None:
    small = shrunk(LARGE, 20)
    assert (small.width, small.height) == (20, 10)
    assert small.drawn == (Drawn(label="dent", box=(2, 2, 10, 6), outline=((2, 2), (10, 2), (10, 6))),)
    assert small.others == ((0, 0, 20, 10),)
    assert (small.path, small.sha256) == (LARGE.path, LARGE.sha256)
    assert shrunk(LARGE, 100) is LARGE
    thin = shrunk(LARGE.model_copy(update={"height": 1}), 20)
    assert (thin.width, thin.height) == (20, 1)


def test_a_large_photo_becomes_what_its_line_says(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    pixels = np.zeros((50, 100, 3), np.uint8)
    pixels[10:30, 10:50] = 255
    cv2.imwrite(str(tmp_path / LARGE.path), pixels)
    large = LARGE.model_copy(update={"sha256": hashlib.sha256((tmp_path / LARGE.path).read_bytes()).hexdigest()})
    small, file = packed(large, tmp_path, Shrinking(longest=50, quality=95))
    assert small.model_copy(update={"shrunk_sha256": ""}) == shrunk(large, 50)
    (tmp_path / LARGE.path).write_bytes(file)
    assert content_of(small, tmp_path) == file
    cv2.imwrite(str(tmp_path / LARGE.path), pixels)
    made = np.asarray(cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR))
    assert made.shape == (25, 50, 3)
    assert made[7:13, 7:23].min() > 200
    assert made[17:].max() < 60
    with pytest.raises(ModelError, match=r"not a photo of 101 x 50") as caught:
        packed(large.model_copy(update={"width": 101}), tmp_path, Shrinking(longest=50))
    assert caught.value.code == "model.data_unreadable"
    with pytest.raises(ModelError, match="gone"):
        packed(LARGE.model_copy(update={"path": "gone.png"}), tmp_path, Shrinking())
    with pytest.raises(ModelError, match=r"set/large\.png") as caught:
        packed(LARGE, tmp_path, Shrinking())
    assert caught.value.code == "model.data_changed"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("../photos.jpg", {}),
        ("photos/../../a.jpg", {}),
        ("/tmp/a.jpg", {}),  # noqa: S108
        ("other/a.jpg", {}),
        ("set", {}),
        ("photos/a.jpg", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        ("photos/a.jpg", {"type": tarfile.LNKTYPE, "linkname": "set/set.json"}),
        ("photos/a", {"type": tarfile.DIRTYPE}),
    ],
)
def test_a_part_that_reaches_out_is_refused(name: str, changes: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    part = _tar(tmp_path / "pack", name, **changes)
    with pytest.raises(ModelError, match="is no file of a set") as caught:
        unpack([part], tmp_path / "out")
    assert caught.value.code == "model.data_unreadable"
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file() and path.name != "parts.json"]


def test_a_link_that_lay_there_leads_nowhere(tmp_path: Path) -> None:
    for folder in ("pack", "out", "elsewhere"):
        (tmp_path / folder).mkdir()
    (tmp_path / "out" / "photos").mkdir()
    (tmp_path / "out" / "photos" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="is no file of a set"):
        unpack([_tar(tmp_path / "pack", "photos/link/a.jpg")], tmp_path / "out")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_part_that_changed_on_its_way_is_refused(ready: tuple[PreparedSet, Path], tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    pack(*ready, folder, Shrinking(), limit=2**20)
    part = folder / "part-000.tar"
    content = bytearray(part.read_bytes())
    content[600] ^= 1
    part.write_bytes(content)
    part.with_name("part-007.tar").write_bytes(b"")
    for name, why in (("part-000.tar", "is not the file"), ("part-007.tar", "is not in"), ("part-008.tar", "not in")):
        with pytest.raises(ModelError, match=f"{name} .*{why}") as caught:
            unpack([folder / name], tmp_path / "out")
        assert caught.value.code == "model.data_unreadable"
    part.unlink()
    with pytest.raises(ModelError, match="part-000"):
        unpack([part], tmp_path / "out")
    (folder / "parts.json").unlink()
    with pytest.raises(ModelError, match=r"parts\.json"):
        unpack([part], tmp_path / "out")


def test_a_folder_takes_one_set(ready: tuple[PreparedSet, Path], tmp_path: Path) -> None:
    for name, longest in (("a", 640), ("b", 48)):
        pack(*ready, tmp_path / name, Shrinking(longest=longest), limit=2**20)
    unpack([tmp_path / "a" / "part-000.tar"], tmp_path / "out")
    with pytest.raises(ModelError, match="parts of another set"):
        unpack([tmp_path / "b" / "part-000.tar"], tmp_path / "out")
    assert unpack([tmp_path / "a" / "part-000.tar"], tmp_path / "out") == []


def test_the_device_script_unpacks_and_explains_itself(ready: tuple[PreparedSet, Path], tmp_path: Path) -> None:
    pack(*ready, tmp_path / "pack", Shrinking(), limit=2**20)
    script = [str(ROOT / "training" / "device" / "train.sh")]
    places = {"SITE": str(tmp_path / "site"), "SET": str(tmp_path / "set"), "PYTHON": sys.executable}

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], **places}
        return subprocess.run([*script, *words], cwd=tmp_path, env=environment, capture_output=True, text=True)

    done = call("unpack", str(tmp_path / "pack" / "part-000.tar"))
    assert done.returncode == 0, done.stderr
    assert "complete" in done.stderr
    assert len(PreparedSet.read(tmp_path / "set" / "set").photos) == 5
    for words in ((), ("unpack",), ("train", "a.yaml", "b.pt", "x", "1"), ("fly", "away")):
        wrong = call(*words)
        assert wrong.returncode == 2
        assert "train RECIPE START BUDGET PAUSE" in wrong.stderr


def test_the_device_needs_what_continuous_integration_runs_with() -> None:
    lines = (ROOT / "training" / "device" / "requirements.txt").read_text("utf-8").splitlines()
    tested = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert {line for line in lines if not line.startswith("#")} <= set(tested)
