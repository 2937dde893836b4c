"""Who waits for a job hears when a worker lets go of it, however late they come, and nothing else."""

from threading import Thread
from uuid import UUID, uuid4

from claims.jobs.endings import Endings


def test_whoever_waits_hears_of_their_job_alone() -> None:
    endings, mine, other, heard = Endings(), uuid4(), uuid4(), list[UUID]()
    with endings.heard(mine, lambda: heard.append(mine)), endings.heard(mine, lambda: heard.append(mine)):
        endings.tell(other)
        assert heard == []
        worker = Thread(target=endings.tell, args=(mine,))
        worker.start()
        worker.join()
        assert heard == [mine, mine]


def test_whoever_comes_late_hears_at_once() -> None:
    endings, job, heard = Endings(), uuid4(), list[UUID]()
    endings.tell(job)
    with endings.heard(job, lambda: heard.append(job)):
        assert heard == [job]


def test_whoever_has_left_hears_nothing() -> None:
    endings, job, heard = Endings(), uuid4(), list[UUID]()
    with endings.heard(job, lambda: heard.append(job)):
        pass
    endings.tell(job)
    assert heard == []


def test_only_the_last_endings_are_remembered() -> None:
    endings, first, heard = Endings(), uuid4(), list[UUID]()
    endings.tell(first)
    for _ in range(1000):
        endings.tell(uuid4())
    with endings.heard(first, lambda: heard.append(first)):
        assert heard == []
