"""Processes change nothing but the time: not when they die, not when their parent does."""

import os
import pickle
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from local_engine import Broken, alive, within
from rescored_alike import deadly
from rescored_drawn import Album, drawn_work, tables_of

from claims.rescore.case import Chunk, Quarantined
from claims.rescore.engines.local import Local
from claims.rescore.run import run
from inference.testing import shipped_manifest
from model.errors import ModelError, RescoreError
from model.notes import note


@pytest.fixture
def chunks(album: Album) -> list[Chunk]:
    return [album.chunk(2, number=number, first=2 * number) for number in range(5)]


@pytest.fixture
def whole(album: Album, chunks: list[Chunk], tmp_path: Path) -> dict[str, bytes]:
    """What an undisturbed run in one process leaves, and no cache."""
    run(drawn_work(album, tmp_path / "whole", cache=tmp_path / "other-cache"), chunks, Local(0))
    return tables_of(tmp_path / "whole")


@pytest.mark.parametrize("processes", [1, 2])
def test_more_processes_leave_the_same_bytes(
    album: Album, chunks: list[Chunk], whole: dict[str, bytes], tmp_path: Path, processes: int
) -> None:
    done = run(drawn_work(album, tmp_path / "out"), chunks, Local(processes))
    assert (done.cases, done.looked, done.complete) == (10, 20, True)
    assert tables_of(tmp_path / "out") == whole


def test_the_work_of_a_dead_process_is_done_again(
    album: Album, chunks: list[Chunk], whole: dict[str, bytes], tmp_path: Path
) -> None:
    work = drawn_work(album, tmp_path / "out", files=deadly(tmp_path, "5-side.jpg", 2))
    assert run(work, chunks, Local(2)).cases == 10
    assert tables_of(tmp_path / "out") == whole


def test_a_chunk_that_nobody_lives_through_stops_the_run(album: Album, chunks: list[Chunk], tmp_path: Path) -> None:
    work = drawn_work(album, tmp_path / "out", files=deadly(tmp_path, "5-side.jpg", 9))
    with pytest.raises(RescoreError) as told:
        run(work, chunks, Local(1))
    assert (told.value.code, told.value.facts["chunk"]) == ("rescore.worker_died", 2)
    assert len(list((tmp_path / "deaths").iterdir())) == 6
    assert (tmp_path / "out" / ".run" / "chunks" / "000001.json").exists()


def test_a_detector_that_fails_stops_the_run_with_its_code(album: Album, chunks: list[Chunk], tmp_path: Path) -> None:
    work = replace(drawn_work(album, tmp_path / "out"), detector=Broken(shipped_manifest()))
    with pytest.raises(ModelError) as told:
        run(work, chunks, Local(2))
    assert (told.value.code, told.value.detail, told.value.facts) == (
        "model.run_failed",
        "out of order",
        {"device": "CPU"},
    )


def test_a_chunk_travels_whole(chunks: list[Chunk]) -> None:
    refused = Quarantined(row=9, id="x", reason=note("photo.too_small", width=40, height=30, limit=128), photo=1)
    chunk = Chunk(number=3, rows=(*chunks[0].rows, refused))
    assert pickle.loads(pickle.dumps(chunk)) == chunk  # noqa: S301 - made here


def test_no_chunk_needs_no_process(album: Album, tmp_path: Path) -> None:
    assert run(drawn_work(album, tmp_path / "out"), [], Local(2)).complete


PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from rescored_drawn import Album, drawn_work
from local_engine import Slow
from claims.rescore.engines.local import Local
from claims.rescore.photo_files import LocalAndS3
from claims.rescore.run import run
if __name__ == "__main__":
    folder = Path(sys.argv[3])
    album = Album(folder / "photos")
    chunks = [album.chunk(2, number=number, first=2 * number) for number in range(4)]
    run(drawn_work(album, folder / "out", files=Slow(LocalAndS3("/"), folder / "begun", 60)), chunks, Local(2))
"""


def test_nobody_survives_a_parent_that_is_killed(album: Album, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[4]
    begun = tmp_path / "begun"
    begun.mkdir()
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, "-W", "ignore", tmp_path / "program.py", root, root / "tests" / "support", tmp_path]
    with subprocess.Popen(command) as parent:
        assert within(90, lambda: len(list(begun.iterdir())) == 2)
        hands = [int(path.name) for path in begun.iterdir()]
        assert all(map(alive, hands))
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(10)
    assert within(10, lambda: not any(map(alive, hands)))
