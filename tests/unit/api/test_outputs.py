"""Writing a report can neither follow a trap nor lose what lies beside it."""

import os
from pathlib import Path

import pytest

from api.report.outputs import check_file, replacing
from model.errors import UsageError


def write(path: Path, text: str) -> None:
    with replacing(path) as part:
        part.write_text(text, "utf-8")


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    victim, report = tmp_path / "victim", tmp_path / "s.html"
    victim.write_text("mine", "utf-8")
    (tmp_path / ".s.html.part").symlink_to(victim)
    write(report, "report")
    assert (victim.read_text("utf-8"), report.read_text("utf-8")) == ("mine", "report")
    assert not report.is_symlink()


def test_a_file_that_looks_like_a_part_survives(tmp_path: Path) -> None:
    photo = tmp_path / ".r.html.part"
    photo.write_text("photo", "utf-8")
    write(tmp_path / "r.html", "report")
    assert photo.read_text("utf-8") == "photo"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    report = tmp_path / "r.html"
    report.write_text("old", "utf-8")
    with pytest.raises(ZeroDivisionError), replacing(report) as part:  # noqa: PT012 - the failure is inside
        part.write_text("half", "utf-8")
        raise ZeroDivisionError
    assert report.read_text("utf-8") == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["r.html"]


def test_a_pipe_is_no_place_for_a_report(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="output_unwritable"):
        check_file(tmp_path / "pipe", [])
