"""Processes of the service that start within moments: forks of one that has imported everything and read every rule.

``python nursery.py URL HOME PORT`` reads ``serve`` or ``work`` line by line and answers each with the number of a new
process. All of it is the real service but for the detector, which says the same of every photo: the first view of a
scratched door where the SHA-256 begins with an even digit, else the second.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from desks import changed, scene

from api.app import create_app
from api.serving import DrainingServer
from api.settings import Settings
from api.stores import open_stores
from claims.desk.house import House
from claims.jobs.kinds import kinds
from claims.jobs.queued.queue import PostgresQueue
from claims.jobs.queued.serving import Serving, serve
from claims.jobs.worker import Pace, Worker
from claims.observe import Eyes
from claims.rule_sources import RuleFile
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from inference.testing import Row, ScriptedDetector, shipped_manifest

ROOT: Final = Path(__file__).parents[2]
VIEWS: Final = tuple(scene("01-scratched-door-two-views").script.values())
_PACE: Final = Pace(lease=timedelta(seconds=0.9), beat=timedelta(seconds=0.2))
_SERVING: Final = Serving(poll_s=0.1, beat_s=0.2, dead_s=0.7, again_s=1.0)
_ENDS_S: Final = 30.0


def view_of(digest: str) -> int:
    """Which of the two views the detector takes a photo for."""
    return int(digest[0], 16) % 2


class Views(Mapping[str, Iterable[Row]]):
    """The script: an answer for every SHA-256, and for pictures that are no photo."""

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> Iterable[Row]:
        return VIEWS[view_of(key)] if key else ()

    def __iter__(self) -> Iterable[str]:  # type: ignore[override]
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass
class Nursery:
    """The process that forks, and the living children by number, with what each does."""

    process: "subprocess.Popen[str]"
    living: dict[int, str] = field(default_factory=dict)

    @classmethod
    def open(cls, url: str, home: Path, port: int) -> Self:
        """Returns when it can begin; what children log goes to ``children.log`` in the home folder."""
        with (home / "children.log").open("ab") as log:
            command = [sys.executable, __file__, url, str(home), str(port)]
            pipe, path = subprocess.PIPE, os.pathsep.join((str(ROOT), str(Path(__file__).parent)))
            environment = {**os.environ, "PYTHONPATH": path}
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, env=environment)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return cls(process)

    def begin(self, what: str) -> None:
        """One more child: ``serve`` or ``work``."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        self.living[int(self.process.stdout.readline())] = what

    def end(self, child: int, how: signal.Signals = signal.SIGKILL) -> str:
        """What it did, once it is gone."""
        os.kill(child, how)
        until = time.monotonic() + _ENDS_S
        while _is_there(child):
            assert time.monotonic() < until, "a process does not end"
            time.sleep(0.002)
        return self.living.pop(child)

    def close(self) -> None:
        """Nobody is left."""
        for child in tuple(self.living):
            self.end(child)
        with self.process:
            self.process.kill()


def _is_there(child: int) -> bool:
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True


def scripted_eyes() -> Eyes:
    """The shipped rules, of which none draws a case for a check, and the scripted detector."""
    rulebook = changed(Rulebook.load(), RuleFile.POLICY, "audit_sample_share: 0.05", "audit_sample_share: 0.0")
    detector = ScriptedDetector(Views(), shipped_manifest("joint-v0"))
    return Eyes(detector=detector, limits=IntakeLimits(), rulebook=rulebook)


def _serve(settings: Settings, eyes: Eyes, port: int) -> None:
    application = create_app(settings, open_eyes=lambda _: eyes)
    listener = socket.create_server(("127.0.0.1", port))
    DrainingServer.of(application, settings, application.state.stopping).run(sockets=[listener])


def _work(settings: Settings, eyes: Eyes) -> None:
    with open_stores(settings) as stores:
        house = replace(House.of(stores.books, stores.photos, eyes, stores.keys), queue=PostgresQueue())
        name = f"work/{os.getpid()}"
        own = {"books": stores.books, "kinds": kinds(house, _now), "queue": house.queue, "now": _now}
        serve(Worker(**own, name=name, pace=_PACE), (), _SERVING)


def _now() -> datetime:
    return datetime.now(UTC)


def main(url: str, home: str, port: str) -> None:
    """Until standard input ends."""
    unlimited = {"rate_address": 0, "rate_actor": 0, "rate_login": 0, "max_waiting": 600}
    settings = Settings(home=Path(home), database=url, language="en", drain_s=0, **unlimited)
    eyes = scripted_eyes()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _serve(settings, eyes, int(port)) if line.strip() == "serve" else _work(settings, eyes)
            os._exit(0)
        print(child, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
