"""``quickclaim rescore`` killed with -9 again and again: what is left in the end, and what happened on the way."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any, Final

from batch_runs import descendants, log, start
from rescored_alike import left

_ENDS_S: Final = 600.0
_LOOKS_S: Final = 0.02


@dataclass
class Chaos:
    """Kills over one run after the other of the same ``manifest``: whenever one ends by itself, its folder is compared
    with that of an ``undisturbed`` one and the next begins, on an empty cache or on the one that is there.

    ``share``: the longest time between two kills, over that of the undisturbed run. ``seed`` draws times and caches.
    """

    manifest: Path
    folder: Path
    share: float
    seed: int
    undisturbed: Mapping[str, str] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[int] = field(default_factory=Counter)
    differing: set[str] = field(default_factory=set)
    undisturbed_s: float = 0.0
    whole: int = 0
    cold: int = 1

    def run(self, kills: int) -> dict[str, Any]:
        """So many kills, then to the end. What is told holds no path of this machine."""
        began, draw = time.monotonic(), random.Random(self.seed)  # noqa: S311
        self._undisturbed()
        child = self._start()
        while self.killed.total() < kills:
            try:
                child.wait(draw.uniform(0, self.share * self.undisturbed_s))
                self._settle(child, draw)
                child = self._start()
            except TimeoutExpired:
                if self._kill(child):
                    child = self._start()
        while child.wait(_ENDS_S):
            self._settle(child, draw)
            child = self._start()
        self._compare()
        return self._told(time.monotonic() - began)

    def _undisturbed(self) -> None:
        began, child = time.monotonic(), self._start("undisturbed")
        if child.wait(_ENDS_S):
            raise RuntimeError(f"the undisturbed run ended with {child.returncode}: {self._words()}")
        self.undisturbed_s = time.monotonic() - began
        self.undisturbed = left(self.folder / "undisturbed")
        shutil.rmtree(self.folder / "cache")

    def _start(self, out: str = "out") -> "Popen[bytes]":
        places = ("--out", self.folder / out, "--cache", self.folder / "cache")
        return start(self.manifest, *places, "--resume", home=self.folder / "home")

    def _kill(self, child: "Popen[bytes]") -> bool:
        """In turn one of the processes that came from the command, and the command: True where it was that."""
        victim = child.pid if self.killed.total() % 2 else _worker_of(child)
        if victim is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            self.killed["command" if victim == child.pid else "worker"] += 1
        if victim == child.pid:
            child.wait()
        return victim == child.pid

    def _settle(self, child: "Popen[bytes]", draw: random.Random) -> None:
        """A run that ended by itself: done, or given up after too many deaths, and to be gone on with."""
        self.ended[child.returncode] += 1
        if child.returncode == 0:
            self._compare()
            shutil.rmtree(self.folder / "out")
            if draw.random() < 0.5:
                shutil.rmtree(self.folder / "cache")
                self.cold += 1
        elif "three times" not in self._words():
            raise RuntimeError(f"a run ended with {child.returncode}: {self._words()}")

    def _compare(self) -> None:
        self.whole += 1
        found = left(self.folder / "out")
        names = found.keys() | self.undisturbed.keys()
        self.differing |= {name for name in names if found.get(name) != self.undisturbed.get(name)}

    def _words(self) -> str:
        return log(self.folder / "home").read_text("utf-8")[-2000:]

    def _told(self, seconds: float) -> dict[str, Any]:
        return {
            "kills": dict(self.killed),
            "seed": self.seed,
            "seconds": round(seconds, 1),
            "undisturbed_s": round(self.undisturbed_s, 1),
            "whole_runs": self.whole,
            "begun_with_an_empty_cache": self.cold,
            "given_up_and_gone_on_with": self.ended[1],
            "files": len(self.undisturbed),
            "differing": sorted(self.differing),
        }


def _worker_of(child: "Popen[bytes]") -> int | None:
    """The youngest process that came from the command, as soon as there is one; None where the command ends before."""
    while child.poll() is None:
        if workers := descendants(child.pid)[1:]:
            return max(workers)
        time.sleep(_LOOKS_S)
    return None
