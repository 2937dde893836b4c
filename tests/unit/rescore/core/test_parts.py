"""A chunk is done when its marker says so, under the same key, of files that are there whole."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from rescored_drawn import tables_of

from claims.rescore.parts import Marker, Parts, parquet
from claims.rescore.tables import TABLES
from claims.rescore.whole_files import read_checked, write_whole
from model.errors import RescoreError

KEY = "k" * 64
EMPTY = {name: parquet(schema.empty_table()) for name, schema in TABLES.items()}


def marked(parts: Parts, number: int = 0, *, passing: bool = False, key: str = KEY) -> Marker:
    files = parts.write(number, EMPTY)
    counts = {"cases": 1, "lines": 2, "detections": 3, "quarantined": 4, "moved": 5, "photos": 6}
    marker = Marker(key=key, files=files, passing=passing, **counts)
    parts.mark(number, marker)
    return marker


def test_a_marker_comes_back(tmp_path: Path) -> None:
    marker = marked(Parts(tmp_path))
    assert Parts(tmp_path).done(0, KEY) == marker


def test_the_same_table_gives_the_same_bytes() -> None:
    rows = {"row": [1, 2], "case_id": ["a", None], "code": ["x", "x"], "photo": [None, 3], "facts": ["{}", "{}"]}
    table = pa.table(rows, schema=TABLES["quarantine"])
    assert parquet(table) == parquet(pa.table(rows, schema=TABLES["quarantine"]))
    assert pa.parquet.read_table(pa.BufferReader(parquet(table))).equals(table)


@pytest.mark.parametrize("what", ["another key", "a file is shorter", "a file is gone", "no marker", "half a marker"])
def test_what_is_not_whole_is_not_done(tmp_path: Path, what: str) -> None:
    parts = Parts(tmp_path)
    marked(parts)
    marker = tmp_path / ".run" / "chunks" / "000000.json"
    if what == "a file is shorter":
        parts.file("lines", 0).write_bytes(EMPTY["lines"][:-1])
    if what == "a file is gone":
        parts.file("moved", 0).unlink()
    if what == "no marker":
        marker.unlink()
    if what == "half a marker":
        marker.write_bytes(marker.read_bytes()[:70])
    assert parts.done(0, "o" * 64 if what == "another key" else KEY) is None


def test_what_may_pass_is_tried_again(tmp_path: Path) -> None:
    marked(Parts(tmp_path), passing=True)
    assert Parts(tmp_path).done(0, KEY) is None


def test_a_marker_never_vouches_for_newer_files(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    marked(parts)
    with full_disk(len(EMPTY["cases"]) - 1), pytest.raises(RescoreError):
        parts.write(0, EMPTY)
    assert parts.done(0, KEY) is None


def test_chunks_that_nobody_has_any_more_go(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    for number in range(3):
        marked(parts, number)
    assert parts.numbers() == {0, 1, 2}
    parts.drop({1, 2})
    assert parts.numbers() == {0}
    assert len(tables_of(tmp_path)) == len(TABLES) + 1


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """A file may have so many bytes, and no more, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_stops_the_run_and_leaves_nothing_half(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    write_whole(path, b"old", aside=tmp_path / "new")
    with full_disk(100), pytest.raises(RescoreError) as told:
        write_whole(path, bytes(5000), aside=tmp_path / "new")
    assert told.value.code == "rescore.no_space"
    assert told.value.facts["reason"] == os.strerror(errno.EFBIG)
    assert path.read_bytes() == b"old"
    assert not list((tmp_path / "new").iterdir())


def test_a_place_that_is_no_folder_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RescoreError) as told:
        write_whole(tmp_path / "file" / "below", b"x", aside=tmp_path / "new")
    assert told.value.code == "rescore.not_writable"


def test_a_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert read_checked(tmp_path, b"form\n") is None
