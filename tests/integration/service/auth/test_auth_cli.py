"""``quickclaim people`` and ``quickclaim apps``: how a fresh installation gets its first administrator."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claims import db
from claims.key_file import NAME
from claims.keys import Keys
from claims.repository import audit
from claims.repository.book import Books

from .conftest import Site

PASSWORD = "four words of my own"  # noqa: S105 - of nobody
Run = Callable[..., subprocess.CompletedProcess[str]]


def run(home: Path, *arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    own = {"HOME": str(home), "LANGUAGE": "en", "PASSWORD_MIB": "8", **settings}
    env = {**os.environ, **{f"QUICKCLAIM_{name}": value for name, value in own.items()}}
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, env=env, timeout=120)


@pytest.fixture
def here(url: str, keys: Keys, tmp_path: Path) -> Run:
    """The command line of the installation that ``site`` serves."""
    return lambda *arguments, given="": run(tmp_path, *arguments, given=given, DATABASE=url, KEYS=keys.text())


def actions(books: Books) -> list[tuple[str, str, object]]:
    with books.reading() as book:
        assert audit.verify(book) == ()
        return [(entry.actor.partition(":")[0], entry.action, entry.facts.get("kind")) for entry in audit.entries(book)]


def test_the_first_administrator(site: Site, books: Books, here: Run) -> None:
    done = here("people", "add", "Li.Na", "--role", "admin", "--name", "李娜", given=f"{PASSWORD}\n")
    assert (done.returncode, done.stdout) == (0, "li.na can sign in as administrator now.\n"), done.stderr
    token = site.token("li.na")
    assert site.ask("GET", "/v1/admin/people", token).json()[0]["name"] == "李娜"
    listed = here("people", "list").stdout
    assert listed.endswith("  admin  li.na  李娜  last signed in 2026-11-22\n")
    assert actions(books)[0] == ("system", "manage_people", "person_added")

    again = here("people", "add", "li.na", "--role", "junior", given=f"{PASSWORD}\n")
    assert (again.returncode, again.stderr) == (
        1,
        "error: rights.login_taken: Somebody already has this login.\n",
    )
    changed = here("people", "passwd", "li.na", given="four other words\n")
    assert changed.returncode == 0, changed.stderr
    assert site.who(token)["code"] == "rights.token_revoked"
    assert site.sign_in("li.na", "four other words").status_code == 201


@pytest.mark.parametrize(
    ("arguments", "given", "status", "complaint"),
    [
        (("add", "li.na", "--role", "admin"), "short\n", 1, "rights.password_too_short"),
        (("add", "li.na", "--role", "admin"), "", 2, "usage.no_password"),
        (("add", "li.na", "--role", "customer"), PASSWORD, 2, "Invalid value"),
        (("add", "li.na"), PASSWORD, 2, "Missing option"),
        (("passwd", "nobody"), PASSWORD, 2, "usage.unknown_login"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    books: Books, here: Run, arguments: tuple[str, ...], given: str, status: int, complaint: str
) -> None:
    done = here("people", *arguments, given=given)
    assert done.returncode == status
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert actions(books) == []


def test_an_app_and_its_keys(site: Site, books: Books, here: Run) -> None:
    assert here("apps", "add", "insurer's app", "--states-cover").returncode == 0
    made = here("apps", "key", "insurer's app", "--days", "30")
    key = made.stdout.strip()
    assert made.stdout == f"{key}\n"
    assert key not in made.stderr
    assert site.who(key)["role"] == "app"
    revoked = here("apps", "revoke", "_".join(key.split("_")[:2]))
    assert revoked.returncode == 0, revoked.stderr
    assert site.who(key)["code"] == "rights.token_invalid"
    assert actions(books) == [
        ("system", "manage_apps", "app_added"),
        ("system", "manage_apps", "key_added"),
        ("system", "manage_apps", "key_revoked"),
    ]
    for arguments, complaint in (
        (("add", "insurer's app"), "rights.name_taken"),
        (("add", "a\tb"), "usage.bad_name"),
        (("key", "another"), "usage.unknown_app"),
        (("revoke", "0" * 12), "usage.unknown_key"),
    ):
        refused = here("apps", *arguments)
        assert refused.returncode in {1, 2}
        assert complaint in refused.stderr
    assert len(actions(books)) == 3


def test_apps_are_listed_with_their_keys(site: Site, here: Run) -> None:
    assert here("apps", "list").stderr == "No app is known here yet.\n"
    added = here("apps", "add", "insurer's app", "--states-cover").stderr
    command = added.rstrip("\n").rpartition("it needs a key: quickclaim ")[2]
    key = here(*shlex.split(command)).stdout.strip()
    other = here("apps", "key", "insurer's app", "--days", "30").stdout.strip()
    first, second = (text.split("_")[1] for text in (key, other))
    assert site.who(key)["role"] == "app"
    assert here("apps", "revoke", second).returncode == 0
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert here("apps", "list").stdout.splitlines() == [
        "insurer's app  its word on cover counts",
        f"  qc_{first}_…  made {today}  last used 2026-11-22",
        f"  qc_{second}_…  made {today}  never used  revoked {today}",
    ]


def test_a_fresh_installation_needs_nothing_else(tmp_path: Path) -> None:
    home = tmp_path / "new"
    assert run(home, "db", "upgrade").returncode == 0
    done = run(home, "people", "add", "li.na", "--role", "admin", given=PASSWORD, LANGUAGE="zh")
    assert (done.returncode, done.stdout) == (0, "li.na现在可以以管理员身份登录。\n"), done.stderr
    for file in (NAME, db.FILE):
        assert (home / file).stat().st_mode & 0o777 == 0o600
    (home / NAME).unlink()
    lost = run(home, "people", "list")
    assert lost.returncode == 1
    assert "secrecy.key_file_missing" in lost.stderr
    assert not (home / NAME).exists()
