"""``quickclaim retention``: told what is due, and erasing it."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from claims.keys import Keys
from claims.repository import claims
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.states import CaseState

LONG_AGO = datetime(2020, 3, 1, 8, 0, tzinfo=UTC)


def test_what_is_due_is_listed_then_erased(
    url: str, keys: Keys, books: Books, tmp_path: Path, add_claim: Callable[..., Claim]
) -> None:
    own = {"HOME": str(tmp_path), "LANGUAGE": "en", "DATABASE": url, "KEYS": keys.text()}
    env = {**os.environ, **{f"QUICKCLAIM_{name}": value for name, value in own.items()}}

    def run(*arguments: str) -> tuple[str, str]:
        command = [sys.executable, "-m", "api", "retention", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    closed = {"state": CaseState.CLOSED, "owner": None, "closed_at": LONG_AGO}
    old = add_claim(**closed, deletion_asked_at=LONG_AGO)
    add_claim(**{**closed, "closed_at": datetime.now(UTC)})
    listed = f"{old.number}  closed 2020-03-01  kept until 2025-03-01  deletion asked for 2020-03-01\n"
    assert run("--list") == (listed, "1 due; nothing was changed.\n")
    with books.reading() as book:
        assert claims.get(book, old.id) == old
    assert run() == ("1 erased.\n", "")
    assert run("--list") == ("No case is due to be erased.\n", "0 due; nothing was changed.\n")
    with books.reading() as book:
        erased = claims.get(book, old.id)
    assert erased is not None
    assert erased.erased_at is not None
