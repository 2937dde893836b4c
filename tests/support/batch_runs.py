"""``quickclaim rescore`` as an analyst starts it, its time, and the memory of all its processes."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

QUICKCLAIM: Final = str(Path(sys.executable).with_name("quickclaim"))
_BETWEEN_S: Final = 0.2
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """``peak_mib``: the largest sum of the resident sizes of all processes of the run; pages they share count twice."""

    seconds: float
    peak_mib: int
    processes: int


def rescore(*arguments: str | Path, home: Path) -> Ran:
    """Run to the end. Raises ``RuntimeError`` with what it said where it fails."""
    began = time.perf_counter()
    child = start(*arguments, home=home)
    peak, most = 0, 0
    while child.poll() is None:
        family = descendants(child.pid)
        peak, most = max(peak, sum(map(resident, family))), max(most, len(family))
        time.sleep(_BETWEEN_S)
    seconds = time.perf_counter() - began
    if child.returncode:
        raise RuntimeError(f"rescore ended with {child.returncode}: {log(home).read_text('utf-8')[-2000:]}")
    return Ran(seconds=round(seconds, 2), peak_mib=peak // 2**20, processes=most)


def start(*arguments: str | Path, home: Path) -> subprocess.Popen[bytes]:
    """The command, with its words in ``log``."""
    command = [QUICKCLAIM, "rescore", *map(str, arguments)]
    with log(home).open("wb") as words:
        return subprocess.Popen(command, stdout=words, stderr=words, env=environment(home), start_new_session=True)


def environment(home: Path) -> Mapping[str, str]:
    """Of a fresh installation: no setting of this shell reaches it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUICKCLAIM_")}
    return {**kept, "QUICKCLAIM_HOME": str(home)}


def log(home: Path) -> Path:
    """What the last command said."""
    home.mkdir(parents=True, exist_ok=True)
    return home / "rescore.log"


def descendants(pid: int) -> list[int]:
    """A process and all that came from it and still have a living line to it."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text("ascii").split()]
    except OSError:
        return []
    return [pid, *(grandchild for child in children for grandchild in descendants(child))]


def resident(pid: int) -> int:
    """Resident bytes of a process; 0 once it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def looked(home: Path) -> int:
    """How many photos the network worked on in the last run to the end."""
    found = re.search(r"([\d,]+) of them looked at now", log(home).read_text("utf-8"))
    if found is None:
        raise RuntimeError("the run does not say at how many photos it looked")
    return int(found[1].replace(",", ""))
