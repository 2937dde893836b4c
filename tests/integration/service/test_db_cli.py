"""``quickclaim db upgrade`` as an administrator runs it, on both databases."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from claims import db, schema
from claims.actions import Action
from claims.audit import Thing, ThingKind
from claims.audit_check import Fault, FaultKind
from claims.desk.desk import SYSTEM
from claims.keys import Keys
from claims.repository import audit
from claims.repository.book import Books, Secrets


def upgrade(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    own = {f"QUICKCLAIM_{name}": value for name, value in {"HOME": str(home), "LANGUAGE": "en", **settings}.items()}
    command = [sys.executable, "-m", "api", "db", "upgrade"]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **own}, timeout=120)


def test_tables_are_made_and_then_up_to_date(empty_url: str, tmp_path: Path) -> None:
    done = upgrade(tmp_path, DATABASE=empty_url)
    assert (done.returncode, done.stdout) == (0, f"The tables were brought to revision {schema.head()}.\n"), done.stderr
    assert upgrade(tmp_path, DATABASE=empty_url).stdout == f"The tables are up to date (revision {schema.head()}).\n"
    engine = db.open_engine(db.Database(url=empty_url))
    schema.require_current(engine)
    engine.dispose()


def test_a_log_from_before_there_were_seals_is_sealed(empty_url: str, tmp_path: Path) -> None:
    keys = Keys.new()
    assert upgrade(tmp_path, DATABASE=empty_url, KEYS=keys.text()).returncode == 0
    engine = db.open_engine(db.Database(url=empty_url))
    books = Books(engine, Secrets.of(keys))
    with books.writing() as book:
        audit.append(book, at=datetime.now(UTC), actor=SYSTEM, action=Action.ASSESS, on=Thing(ThingKind.SERVICE))
        book.connection.execute(text("UPDATE audit_head SET seal = NULL"))
    with books.reading() as book:
        assert audit.verify(book) == (Fault(1, FaultKind.UNSEALED, 1),)
    done = upgrade(tmp_path, DATABASE=empty_url, KEYS=keys.text())
    with books.reading() as book:
        assert audit.verify(book) == (), done.stderr
    engine.dispose()


def test_without_settings_it_is_a_file_in_the_home_folder(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    done = upgrade(home, LANGUAGE="zh")
    assert done.stdout == f"数据表已升级至版本 {schema.head()}。\n"
    assert (home / db.FILE).stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://me:secret@host/cases", "storage.url_invalid"),
        ("postgresql://me:secret@/cases?host=/nonexistent", "storage.unavailable"),
        ("sqlite:////proc/cases.sqlite3", "storage.unwritable"),
    ],
)
def test_what_cannot_be_used_ends_in_one_line(tmp_path: Path, url: str, code: str) -> None:
    done = upgrade(tmp_path, DATABASE=url)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {code}: ")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
