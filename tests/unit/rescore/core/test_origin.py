"""Where the cases of a run come from, kept so that they are found again, wherever the run is started from."""

import json
from datetime import date
from pathlib import Path

import pytest

from claims.rescore.origin import FromDatabase, Origin
from claims.states import CaseState

ASKED = FromDatabase(since=date(2026, 1, 1), states=frozenset({CaseState.CLOSED, CaseState.WITHDRAWN}), model="m@1")


@pytest.mark.parametrize("cases", ["s3://bucket/cases.csv", FromDatabase(), ASKED])
@pytest.mark.parametrize("limit", [None, 5])
def test_what_lies_on_no_disk_is_kept_as_it_is(tmp_path: Path, cases: str | FromDatabase, limit: int | None) -> None:
    written = Origin.seen_from(tmp_path / "out", cases, limit)
    read = Origin.of(json.loads(json.dumps(written.document)))
    assert read == written
    assert (read.cases_for(tmp_path / "elsewhere"), read.limit) == (cases, limit)


@pytest.mark.parametrize("named", ["m.csv", "history/m.csv", "../m.csv", "ABSOLUTE"])
def test_a_manifest_is_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    work = tmp_path / "work"
    (work / "history").mkdir(parents=True)
    monkeypatch.chdir(work)
    named = str(work / "m.csv") if named == "ABSOLUTE" else named
    Path(named).write_text("x")
    written = Origin.seen_from(Path("out"), named, None)
    assert str(tmp_path) not in json.dumps(written.document)
    monkeypatch.chdir("/")
    found = Origin.of(written.document).cases_for(work / "out")
    assert isinstance(found, str)
    assert Path(found).samefile(work / named)


def test_run_and_manifest_move_together(tmp_path: Path) -> None:
    (tmp_path / "a" / "out").mkdir(parents=True)
    (tmp_path / "a" / "m.csv").write_text("x")
    written = Origin.seen_from(tmp_path / "a" / "out", str(tmp_path / "a" / "m.csv"), None)
    (tmp_path / "a").rename(tmp_path / "b")
    assert written.cases_for(tmp_path / "b" / "out") == str(tmp_path / "b" / "m.csv")


def test_no_more_folders_are_named_than_lie_between(tmp_path: Path) -> None:
    (tmp_path / "data" / "home" / "jane").mkdir(parents=True)
    written = Origin.seen_from(tmp_path / "data" / "runs" / "out", str(tmp_path / "data" / "home/jane/h.csv"), None)
    assert written.cases == "../../home/jane/h.csv"


def test_photos_lie_beside_the_name_that_was_given(tmp_path: Path) -> None:
    """A manifest that is a link is not followed: its photos are looked for where the link is."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "m.csv").write_text("x")
    (tmp_path / "m.csv").symlink_to(tmp_path / "there" / "m.csv")
    written = Origin.seen_from(tmp_path / "out", str(tmp_path / "m.csv"), None)
    assert written.cases_for(tmp_path / "out") == str(tmp_path / "m.csv")


def test_a_folder_that_is_a_link_leads_there_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "disk" / "runs" / "out").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "disk" / "runs" / "out")
    (tmp_path / "m.csv").write_text("x")
    found = Origin.seen_from(tmp_path / "out", str(tmp_path / "m.csv"), None).cases_for(tmp_path / "out")
    assert isinstance(found, str)
    assert Path(found).samefile(tmp_path / "m.csv")
