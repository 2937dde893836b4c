"""Ray on this machine: two scorers against one, each with a core of its own, and one that is killed on the way."""

import os
import signal
from pathlib import Path
from statistics import median
from typing import Any, Final

from batch_cases import Archive
from batch_runs import descendants
from batch_speed import steady_rate
from batch_work import chunks_of, work_for
from rescored_alike import left

_SCORER: Final = "ray::MapWorker"


def on_ray(archive: Archive, folder: Path, rounds: int) -> dict[str, Any]:
    """Medians over ``rounds`` of one scorer and two in turn; then two again, of which one is killed."""
    from claims.rescore.engines.ray import RayEngine

    rates: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(rounds):
        for workers, found in rates.items():
            work = work_for(folder / f"{workers}-{turn}" / "out", folder / f"{workers}-{turn}" / "cache", threads=1)
            found.append(steady_rate(RayEngine(workers=workers), work, archive, workers))
    one, two = median(rates[1]), median(rates[2])
    told = {"one_per_s": round(one, 2), "two_per_s": round(two, 2), "two_over_one": round(two / one, 2)}
    return told | _one_killed(archive, folder, undisturbed=left(folder / "2-0" / "out"))


def _one_killed(archive: Archive, folder: Path, undisturbed: dict[str, str]) -> dict[str, Any]:
    from claims.rescore.engines.ray import RayEngine

    work = work_for(folder / "killed" / "out", folder / "killed" / "cache", threads=1)
    results = RayEngine(workers=2).work_off(work, chunks_of(archive))
    next(results)
    killed = _kill_a_scorer()
    for _ in results:
        pass
    return {"killed": killed, "same_after_kill": left(work.out) == undisturbed}


def _kill_a_scorer() -> int:
    """One of those that came from this process. Returns how many there were to choose from."""
    scorers = [pid for pid in descendants(os.getpid()) if _is_scorer(pid)]
    os.kill(scorers[0], signal.SIGKILL)
    return len(scorers)


def _is_scorer(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(_SCORER.encode())
    except OSError:
        return False
