"""``quickclaim audit verify`` and ``quickclaim replay`` as an auditor runs them, on both databases."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desks import AT, open_house, scene
from reviews import Case, in_review, reported
from sqlalchemy import text
from typer.testing import CliRunner, Result

from api.cli import app
from claims import db
from claims.actions import Action
from claims.actors import Actor
from claims.anchor_file import AnchorFile
from claims.audit import GENESIS, Head, Thing, ThingKind, seal_of
from claims.desk.anchoring import anchor
from claims.desk.house import House
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import anchors, audit
from claims.repository.book import Books
from inference.detector import Detector
from model.errors import StorageError

SCRATCH = scene("01-scratched-door-two-views")
HOUR = timedelta(hours=1)
ENTRIES = 15
Run = Callable[..., Result]


@pytest.fixture
def run(url: str, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line of the installation."""

    def call(*arguments: str, language: str = "en") -> Result:
        own = {"HOME": str(tmp_path), "LANGUAGE": language, "DATABASE": url, "KEYS": keys.text()}
        for name, value in own.items():
            monkeypatch.setenv(f"QUICKCLAIM_{name}", value)
        return CliRunner().invoke(app, arguments)

    return call


@pytest.fixture
def log(books: Books, adjuster: Actor) -> Books:
    """A database with a log of ``ENTRIES`` entries."""
    with books.writing() as book:
        for step in range(ENTRIES):
            on = Thing(ThingKind.CLAIM, adjuster.id)
            audit.append(book, at=AT, actor=adjuster, action=Action.APPROVE, on=on, facts={"lines": step})
    return books


def tamper(books: Books, *statements: str) -> None:
    """As somebody does who owns the database, but not the key."""
    with books.writing() as book:
        if db.is_embedded(books.engine):
            for change in ("update", "delete"):
                book.connection.execute(text(f"DROP TRIGGER audit_no_{change}"))
        else:
            book.connection.execute(text("DROP TRIGGER audit_no_change ON audit"))
        for statement in statements:
            book.connection.execute(text(statement))


def test_a_log_that_is_whole(log: Books, run: Run) -> None:
    done = run("audit", "verify")
    assert (done.exit_code, done.stdout) == (0, "15 entries, 0 anchors: the log is whole.\n"), done.stderr
    assert run("audit", "verify", language="zh").stdout == "日志共 15 条，锚点 0 个：完整无误。\n"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (["UPDATE audit SET facts = replace(facts, '2', '3') WHERE seq = 3"], ["Entry 3 was altered."]),
        (["DELETE FROM audit WHERE seq = 4"], ["Entries 4 to 4 are missing."]),
        (
            [
                "UPDATE audit SET seq = 100 WHERE seq = 5",
                "UPDATE audit SET seq = 5 WHERE seq = 6",
                "UPDATE audit SET seq = 6 WHERE seq = 100",
            ],
            ["Entry 5 was altered.", "Entry 6 was altered."],
        ),
        (["DELETE FROM audit WHERE seq > 13"], ["entries 14 to 15 were cut off"]),
        (["UPDATE audit SET role = 'expert'"], ["Entry 1 was altered.", "Entry 10 was altered."]),
    ],
    ids=["altered", "missing", "reordered", "cut off", "all"],
)
def test_whatever_was_done_to_it_is_named(log: Books, run: Run, changes: list[str], found: list[str]) -> None:
    tamper(log, *changes)
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert [sentence for sentence in found if sentence not in done.stdout] == []
    assert 2 <= len(done.stdout.splitlines()) <= 11, "no more than ten are shown"


def test_an_anchor_shows_what_the_database_cannot(log: Books, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """A tail that was cut off together with its head and its anchors: the line of the log still knows."""
    with caplog.at_level(logging.INFO, "claims.desk.anchoring"):
        made = anchor(log, AT)
    assert made is not None
    told = caplog.messages[-1].removeprefix("audit anchor ")
    assert told == f"{ENTRIES}:{made.head.hash}"
    assert run("audit", "verify").stdout.startswith("15 entries, 1 anchors")
    with log.reading() as book:
        kept = list(audit.entries(book))[11]
    rolled_back = (
        f"UPDATE audit_head SET seq = 12, hash = '{kept.hash}', seal = '{seal_of(kept.head, log.secrets.audit)}'"  # noqa: S608
    )
    tamper(log, "DELETE FROM audit WHERE seq > 12", rolled_back)
    assert "entries 13 to 15 were cut off" in run("audit", "verify").stdout
    with log.writing() as book:
        book.connection.execute(text("DELETE FROM audit_anchors"))
    assert run("audit", "verify").exit_code == 0
    done = run("audit", "verify", "--anchor", told)
    assert done.exit_code == 1
    assert "entries 13 to 15 were cut off" in done.stdout


def test_the_file_of_anchors_shows_what_the_database_cannot(log: Books, run: Run, tmp_path: Path) -> None:
    """An older state of the whole database, put in its place."""
    file = tmp_path / "audit-anchors.jsonl"
    assert anchor(replace(log, anchors=AnchorFile(file)), AT) is not None
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("audit", "verify").stdout.startswith("15 entries, 1 anchors")
    gone = f"UPDATE audit_head SET seq = 0, hash = '{GENESIS.hash}', seal = NULL"  # noqa: S608
    tamper(log, "DELETE FROM audit", "DELETE FROM audit_anchors", gone)
    done = run("audit", "verify")
    assert (done.exit_code, "entries 1 to 15 were cut off" in done.stdout) == (1, True)
    with file.open("a") as lines:
        lines.write("no anchor\n")
    done = run("audit", "verify")
    assert (done.exit_code, "storage.damaged" in done.stderr) == (1, True)


def test_a_log_without_a_head_ends_in_one_line(log: Books, run: Run) -> None:
    tamper(log, "DELETE FROM audit_head")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert "The recorded end of the log is missing." in done.stdout


@pytest.mark.parametrize("anchor", ["15", "x:y", f"15:{'a' * 63}"])
def test_what_is_no_anchor_is_refused(log: Books, run: Run, anchor: str) -> None:
    done = run("audit", "verify", "--anchor", anchor)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "usage.bad_anchor" in done.stderr


def test_one_anchor_an_hour(log: Books, adjuster: Actor) -> None:
    assert anchor(log, AT) is not None
    with log.writing() as book:
        audit.append(book, at=AT, actor=adjuster, action=Action.APPROVE, on=Thing(ThingKind.SERVICE))
    assert anchor(log, AT + HOUR - timedelta(seconds=1)) is None
    later = anchor(log, AT + HOUR)
    assert later is not None
    assert anchor(log, AT + 3 * HOUR) is None, "nothing was written since"
    with log.reading() as book:
        assert [one.head.seq for one in anchors.everyone(book)] == [ENTRIES, ENTRIES + 1]


def test_an_empty_log_has_nothing_to_anchor(books: Books) -> None:
    assert anchor(books, AT) is None


def test_another_history_is_not_anchored(log: Books) -> None:
    with log.writing() as book:
        anchors.add(book, anchors.Anchor(head=Head(ENTRIES, "0" * 64), at=AT, kept_where="webhook"))
    with pytest.raises(StorageError, match=r"storage\.damaged"):
        anchor(log, AT)


# --- estimates made again -------------------------------------------------------------------------------------------


@pytest.fixture
def assessed(books: Books, tmp_path: Path, keys: Keys, notice: Notice, network: Detector) -> Case:
    """A case that the network itself has looked at."""
    house = open_house(books, tmp_path, keys, SCRATCH)
    return in_review(replace(house, eyes=replace(house.eyes, detector=network)), notice, SCRATCH)


@pytest.fixture(scope="module")
def network() -> Detector:
    from model.registry import model_dir, shipped_weights

    return Detector.load(model_dir(shipped_weights()))


def test_an_estimate_is_made_again(assessed: Case, run: Run) -> None:
    """By an installation that is opened anew, under another policy than that of the estimate."""
    number = assessed.now.number
    for name in (number, str(assessed.now.id)):
        done = run("replay", name)
        assert done.exit_code == 0, done.stdout + done.stderr
        assert done.stdout.splitlines() == [
            f"{number}, estimate of 2026-11-22 08:31:00 UTC: made again, the same to the byte.",
            "  With today's model, prices, rules and policy the amount and the way of the case would be the same.",
        ]


def test_a_stored_estimate_that_was_altered_is_told(assessed: Case, run: Run) -> None:
    with assessed.house.books.writing() as book:
        told = book.connection.execute(text("SELECT document FROM assessments")).scalar_one()
        document = json.loads(told)
        document["estimate"]["net"] = "624.00"
        spelled = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        book.connection.execute(text("UPDATE assessments SET document = :told"), {"told": spelled})
    done = run("replay", assessed.now.number)
    assert done.exit_code == 1
    assert '  estimate.net: stored "624.00", now "0.00"' in done.stdout


def test_cases_without_an_estimate_and_numbers_without_a_case(
    books: Books, tmp_path: Path, keys: Keys, notice: Notice, run: Run
) -> None:
    house: House = open_house(books, tmp_path, keys, SCRATCH)
    number = reported(house, notice).now.number
    assert run("replay", number).stdout == f"{number}: no estimate was made for this case.\n"
    done = run("replay", "QC-00000-00000")
    assert (done.exit_code, done.stderr) == (
        2,
        "error: usage.unknown_claim: There is no case of this number or id: QC-00000-00000.\n",
    )
