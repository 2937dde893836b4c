"""The service killed with -9 again and again while customers report, send photos, and accept: nothing lost or doubled.

On SQLite the one serving process dies; on PostgreSQL that or one of two workers. ``make chaos`` runs a thousand cycles
and writes ``build/chaos.json``.
"""

import itertools
import json
import os
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from kept import kept_wrong
from nursery import Nursery
from patient import Journey, Patient
from sites import app_key

from claims import db, key_file
from claims.jobs.queued import tables
from claims.repository.book import Books, Secrets

CYCLES: Final = int(os.environ.get("QUICKCLAIM_CHAOS", "8"))
REPORT: Final = os.environ.get("QUICKCLAIM_CHAOS_OUT")
CUSTOMERS: Final = 4
SEED: Final = 20261123
LONGEST_S: Final = 1.5
"""Longest time that processes live. Longer where one journey takes longer: work that is killed again and again is given
to a person, and a machine that is busy with other things would prove no more than that."""
_STARTS_S: Final = 60.0


@dataclass
class Journeys:
    """Customers who travel, one case after the other, until they are told to stop."""

    patient: Patient
    made: list[Journey] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def travel(self) -> None:
        while not self.stop.is_set():
            self.made.append(self.patient.travel(next(self.numbers)))


@pytest.fixture
def chaos_books(open_books: Callable[..., Books], tmp_path: Path) -> Books:
    keys = key_file.read_or_create(tmp_path)
    books = Books(open_books().engine, Secrets.of(keys))
    if not db.is_embedded(books.engine):
        tables.upgrade(books.engine)
    return books


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found: int = listener.getsockname()[1]
        return found


@pytest.fixture
def nursery(url: str, tmp_path: Path, port: int, chaos_books: Books) -> Iterator[Nursery]:
    opened = Nursery.open(url, tmp_path, port)
    yield opened
    opened.close()


@pytest.mark.timeout(120 + 20 * CYCLES)
def test_nothing_is_lost_and_nothing_is_doubled(
    nursery: Nursery, chaos_books: Books, port: int, tmp_path: Path
) -> None:
    embedded = db.is_embedded(chaos_books.engine)
    for what in ("serve",) if embedded else ("serve", "work", "work"):
        nursery.begin(what)
    wait_for(port)
    journeys = Journeys(Patient(f"http://127.0.0.1:{port}", app_key(chaos_books)))
    began = time.monotonic()
    journeys.made.append(journeys.patient.travel(next(journeys.numbers)))
    longest = max(LONGEST_S, time.monotonic() - began)
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        running = [pool.submit(journeys.travel) for _ in range(CUSTOMERS)]
        try:
            killed = kill_again_and_again(nursery, port, longest)
        finally:
            journeys.stop.set()
        for one in running:
            one.result()
    wrong = kept_wrong(chaos_books, tmp_path, journeys.patient, journeys.made)
    told = {
        "database": chaos_books.engine.dialect.name,
        "cycles": dict(killed),
        "seed": SEED,
        "longest_s": round(longest, 2),
        "seconds": round(time.monotonic() - began, 1),
        "journeys": len(journeys.made),
        "requests_sent_again": sum(one.again for one in journeys.made),
        "wrong": wrong,
    }
    write(told)
    assert not any(wrong.values()), json.dumps(told, indent=1)
    assert told["requests_sent_again"] > 0, "no kill came in the middle of a request"
    assert len(journeys.made) >= CUSTOMERS


def kill_again_and_again(nursery: Nursery, port: int, longest_s: float) -> Counter[str]:
    """How many of each were killed. Servers are let come up: one that never answers proves nothing."""
    draw, killed = random.Random(SEED), Counter[str]()  # noqa: S311
    for _ in range(CYCLES):
        time.sleep(draw.uniform(0, longest_s))
        what = nursery.end(draw.choice(sorted(nursery.living)))
        killed[what] += 1
        nursery.begin(what)
        if what == "serve" and draw.random() < 0.9:  # else it is killed while it starts
            wait_for(port)
    wait_for(port)
    return killed


def wait_for(port: int) -> None:
    end = time.monotonic() + _STARTS_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, "the service does not start"
            time.sleep(0.02)
        else:
            return


def write(told: dict[str, Any]) -> None:
    """Beside what the other database told."""
    if REPORT:
        path = Path(REPORT)
        before = json.loads(path.read_text("utf-8")) if path.exists() else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**before, told["database"]: told}, indent=1) + "\n", "utf-8")
