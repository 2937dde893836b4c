"""A run adds up its chunks, stops when it is told to, and holds nothing of a longer manifest."""

import threading
from pathlib import Path

import pytest
from rescored_drawn import Album, drawn_work, tables_of

from claims.rescore.engines.local import Local
from claims.rescore.parts import Parts
from claims.rescore.run import run
from claims.rescore.work import Done


def test_a_run_adds_up_its_chunks(album: Album, tmp_path: Path) -> None:
    chunks = [album.chunk(2, number=number, first=2 * number) for number in range(3)]
    told: list[Done] = []
    done = run(drawn_work(album, tmp_path / "out"), chunks, Local(0), told.append)
    assert (done.chunks, done.cases, done.photos, done.looked, done.complete) == (3, 6, 12, 12, True)
    assert [one.number for one in told] == [0, 1, 2]
    again = run(drawn_work(album, tmp_path / "out", looks=False), chunks, Local(0))
    assert (again.skipped, again.cases, again.looked) == (3, 6, 0)


def test_a_run_stops_between_two_chunks_and_goes_on(album: Album, tmp_path: Path) -> None:
    chunks = [album.chunk(1, number=number, first=number) for number in range(4)]
    run(drawn_work(album, tmp_path / "whole"), chunks, Local(0))
    stop = threading.Event()

    def after_two(done: Done) -> None:
        if done.number == 1:
            stop.set()

    stopped = run(drawn_work(album, tmp_path / "out"), chunks, Local(0), after_two, stop=stop)
    assert (stopped.chunks, stopped.complete) == (2, False)
    assert Parts(tmp_path / "out").numbers() == {0, 1}
    rest = run(drawn_work(album, tmp_path / "out"), chunks, Local(0))
    assert (rest.skipped, rest.chunks, rest.complete) == (2, 4, True)
    assert tables_of(tmp_path / "out") == tables_of(tmp_path / "whole")


@pytest.mark.parametrize("stopped", [True, False])
def test_only_a_complete_run_drops_what_the_manifest_lost(album: Album, tmp_path: Path, stopped: bool) -> None:
    chunks = [album.chunk(1, number=number, first=number) for number in range(3)]
    run(drawn_work(album, tmp_path / "out"), chunks, Local(0))
    stop = threading.Event()
    if stopped:
        stop.set()
    run(drawn_work(album, tmp_path / "out"), chunks[:1], Local(0), stop=stop)
    assert Parts(tmp_path / "out").numbers() == ({0, 1, 2} if stopped else {0})
