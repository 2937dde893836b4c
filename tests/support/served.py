"""The service as an operator starts it: processes of ``quickclaim`` on a home folder of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

QUICKCLAIM: Final = str(Path(sys.executable).with_name("quickclaim"))
UNLIMITED: Final = {"QUICKCLAIM_RATE_ADDRESS": "0", "QUICKCLAIM_RATE_ACTOR": "0", "QUICKCLAIM_RATE_LOGIN": "0"}
_READY_S: Final = 90.0


@dataclass
class Served:
    """``quickclaim serve`` and, where ``database`` is a PostgreSQL URL, ``quickclaim worker`` beside it."""

    home: Path
    database: str | None = field(default=None, repr=False)
    settings: Mapping[str, str] = field(default_factory=lambda: UNLIMITED)
    port: int = field(default_factory=lambda: _free_port())
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it is ready. The log goes to ``serve.log`` in the home folder."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.database:
            self.command("db", "upgrade")
        self._begin("serve", "--port", str(self.port))
        self._wait_until_ready()
        if self.database:
            self._begin("worker")

    def stop(self) -> None:
        """As an operator does, with SIGTERM."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(60)
        self.processes.clear()

    def command(self, *arguments: str) -> str:
        """What a command of this installation prints."""
        done = subprocess.run([QUICKCLAIM, *arguments], env=self._environment(), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments[:2])}: {done.stderr.strip()}")
        return done.stdout.strip()

    def app_key(self, name: str) -> str:
        """The key of a new app whose word on cover counts."""
        self.command("apps", "add", name, "--states-cover")
        return self.command("apps", "key", name)

    def rss_mib(self) -> float:
        """Resident memory of all its processes."""
        pages = sum(int(Path(f"/proc/{one.pid}/statm").read_text("ascii").split()[1]) for one in self.processes)
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def cpu_s(self) -> float:
        """Processor time that its processes have used."""
        return sum(cpu_s(one.pid) for one in self.processes)

    def _begin(self, *arguments: str) -> None:
        with (self.home / f"{arguments[0]}.log").open("ab") as log:
            command = [QUICKCLAIM, *arguments]
            self.processes.append(subprocess.Popen(command, env=self._environment(), stdout=log, stderr=log))

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + _READY_S
        while not _is_ready(self.url):
            if self.processes[0].poll() is not None or time.monotonic() > end:
                raise RuntimeError("it does not start:\n" + (self.home / "serve.log").read_text("utf-8")[-2000:])
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUICKCLAIM_")}
        own = {"QUICKCLAIM_HOME": str(self.home), "QUICKCLAIM_LANGUAGE": "en", **self.settings}
        return kept | own | ({"QUICKCLAIM_DATABASE": self.database} if self.database else {})


def cpu_s(process: int) -> float:
    """Processor time, in seconds, that a living process has used with all its threads."""
    user, system = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", timeout=30).status_code == 200
    except httpx2.TransportError:
        return False
