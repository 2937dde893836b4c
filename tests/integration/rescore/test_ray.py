"""Ray Data scores as one process does, to the byte; it survives its processes; its faults arrive as what they are."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from rescored_alike import deadly, drawn_chunks, left, work_in

from claims.rescore.case import Chunk
from claims.rescore.engines.local import Local
from claims.rescore.work import Work
from model.errors import RescoreError

pytest.importorskip("ray", reason="the ray extra is not installed")
if TYPE_CHECKING:
    from claims.rescore.engines.ray import RayEngine

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
_STORE_BYTES = 128 * 2**20


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two CPUs on this machine, whose processes find what tests share."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_TMPDIR", folder)
        head = {"num_cpus": 2, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
        started = Cluster(initialize_head=True, head_node_args=head)
        yield started.address
        started.shutdown()


@pytest.fixture(scope="module")
def chunks(tmp_path_factory: pytest.TempPathFactory) -> list[Chunk]:
    return drawn_chunks(tmp_path_factory.mktemp("photos"), 4)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, chunks: list[Chunk]) -> dict[str, str]:
    """What one process leaves on disk."""
    work = work_in(tmp_path_factory.mktemp("alone"))
    assert sum(done.looked for done in Local().work_off(work, chunks)) == 8
    return left(work.out)


def engine(address: str | None, **told: int) -> "RayEngine":
    from claims.rescore.engines.ray import RayEngine

    return RayEngine(address=address, **told)


def test_a_cluster_of_its_own_writes_the_same_bytes(tmp_path: Path, chunks: list[Chunk], alone: dict[str, str]) -> None:
    work = work_in(tmp_path)
    done = list(engine(None).work_off(work, iter(chunks)))
    assert sorted(one.number for one in done) == [0, 1, 2, 3]
    assert sum(one.looked for one in done) == 8
    assert left(work.out) == alone


def test_the_chunk_of_a_killed_process_is_redone(
    tmp_path: Path, cluster: str, chunks: list[Chunk], alone: dict[str, str]
) -> None:
    files = deadly(tmp_path, "002-near.jpg", deaths=2)
    work = work_in(tmp_path, files)
    done = list(engine(cluster).work_off(work, iter(chunks)))
    assert not list(files.deaths.iterdir())
    assert sorted(one.number for one in done) == [0, 1, 2, 3]
    assert left(work.out) == alone


def test_a_chunk_that_nobody_lives_through_ends_the_run(tmp_path: Path, cluster: str, chunks: list[Chunk]) -> None:
    files = deadly(tmp_path, "002-near.jpg", deaths=9)
    work = work_in(tmp_path, files)
    with pytest.raises(RescoreError) as caught:
        list(engine(cluster).work_off(work, iter(chunks[1:2])))
    assert (caught.value.code, caught.value.facts["chunk"]) == ("rescore.worker_died", 1)
    assert len(list(files.deaths.iterdir())) == 6


def test_a_fault_arrives_as_what_it_is(tmp_path: Path, cluster: str, chunks: list[Chunk]) -> None:
    work: Work = replace(work_in(tmp_path), looked_with="of another machine")
    with pytest.raises(RescoreError) as caught:
        list(engine(cluster, workers=1).work_off(work, iter(chunks)))
    assert caught.value.code == "rescore.other_detector"
    assert caught.value.facts["model"]


def test_no_more_is_read_than_is_on_the_way(tmp_path: Path, cluster: str, chunks: list[Chunk]) -> None:
    from claims.rescore.engines.ray import AHEAD

    taken: list[int] = []

    def told() -> Iterator[Chunk]:
        for number in range(30):
            taken.append(number)
            yield Chunk(number=number, rows=())

    results = engine(cluster, workers=1).work_off(work_in(tmp_path), told())
    next(results)
    assert len(taken) == AHEAD + 1
    assert len(list(results)) == 29


@pytest.mark.parametrize("address", ["127.0.0.1:1", "no-such-place.invalid:6379", "nonsense"])
def test_an_address_without_a_cluster_is_told_at_once(tmp_path: Path, address: str) -> None:
    with pytest.raises(RescoreError) as caught:
        next(engine(address).work_off(work_in(tmp_path), iter(())))
    assert caught.value.code == "rescore.no_cluster"
