"""A process killed with -9 while it writes: what it was told is stored is stored, the rest is whole or not there."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from claims import key_file
from claims.repository import audit
from claims.repository.book import Books, Secrets

KILLS = (0.05, 0.11, 0.23, 0.37)

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from claims import db, key_file
from claims.actors import Actor, ActorKind
from claims.actions import Action
from claims.audit import Thing, ThingKind
from claims.facts import CaseFacts
from claims.ids import new_id
from claims.repository import audit, claims, jobs
from claims.repository.book import Books, Secrets
from claims.repository.claims import Claim
from claims.repository.jobs import Job
from claims.states import CaseState, Owner, Role

books = Books(db.open_engine(db.Database(url=sys.argv[1])), Secrets.of(key_file.read(Path(sys.argv[2]))))
customer = Actor(kind=ActorKind.CUSTOMER, id=UUID(int=1), role=Role.CUSTOMER)
while True:
    at = datetime.now(UTC)
    claim = Claim(id=new_id(at), state=CaseState.REPORTED, owner=Owner.CUSTOMER, region='CN', opened_at=at,
                  state_since=at, facts=CaseFacts())
    with books.writing() as book:
        claims.add(book, claim)
        job = Job(id=new_id(at), key=str(claim.id), kind='assess', claim=claim.id, facts={}, made_at=at, not_before=at)
        jobs.put(book, job)
        audit.append(book, at=at, actor=customer, action=Action.OPEN_CLAIM, on=Thing(ThingKind.CLAIM, claim.id))
    print(claim.id, flush=True)
"""


@pytest.fixture
def write_and_die(url: str, tmp_path: Path) -> Callable[[float], list[str]]:
    """Runs a writer for so many seconds after its first commit; the ids that it was told are stored."""
    key_file.read_or_create(tmp_path)

    def run(seconds: float) -> list[str]:
        command = [sys.executable, "-c", WRITER, url, str(tmp_path / key_file.NAME)]
        root = Path(__file__).parents[3]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as writer:
            assert writer.stdout
            first = writer.stdout.readline()
            time.sleep(seconds)
            writer.send_signal(signal.SIGKILL)
            told = [first, *writer.stdout]
        assert writer.returncode == -signal.SIGKILL
        return [line.strip() for line in told if line.endswith("\n")]

    return run


def test_nothing_is_lost_and_nothing_is_half(
    url: str, open_books: Callable[..., Books], write_and_die: Callable[[float], list[str]], tmp_path: Path
) -> None:
    told = [one for seconds in KILLS for one in write_and_die(seconds)]
    books = Books(open_books().engine, Secrets.of(key_file.read(tmp_path / key_file.NAME)))
    with books.reading() as book:
        stored = {str(one) for one in book.connection.execute(text("SELECT id FROM claims")).scalars()}
        stored = {one.replace("-", "") for one in stored}
        jobs = set(book.connection.execute(text("SELECT key FROM jobs")).scalars())
        objects = {entry.object for entry in audit.entries(book)}
        assert audit.verify(book) == ()
    assert len(told) >= len(KILLS)
    assert {one.replace("-", "") for one in told} <= stored
    assert len(stored) <= len(told) + len(KILLS)
    assert {key.replace("-", "") for key in jobs} == stored
    assert {name.removeprefix("claim:").replace("-", "") for name in objects} == stored
