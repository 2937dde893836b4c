"""The example is what it says: three manifests of one content, photos that are there, one bad row, all columns told."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from claims.rescore.case import HistoricalCase, Quarantined, Row
from claims.rescore.example import README, write_example
from claims.rescore.manifest_columns import COLUMNS
from claims.rescore.photo_files import LocalAndS3
from claims.rulebook import Rulebook
from inference.images import IntakeLimits, read_photo
from model.errors import RescoreError
from model.notes import Note


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_example(tmp_path / "example")
    return tmp_path / "example"


def test_three_manifests_and_one_content(folder: Path, rows: Callable[[Path], list[Row]], told: list[Note]) -> None:
    of_csv, of_json, of_parquet = (rows(folder / f"manifest.{end}") for end in ("csv", "jsonl", "parquet"))
    assert of_csv == of_json == of_parquet
    assert told == []
    assert len(of_csv) == 13
    [bad] = [row for row in of_csv if isinstance(row, Quarantined)]
    assert (bad.id, bad.reason.facts["field"]) == ("EXAMPLE-13", "cause")


def test_its_cases_can_be_scored(folder: Path, rows: Callable[[Path], list[Row]], rulebook: Rulebook) -> None:
    files = LocalAndS3.beside(str(folder / "manifest.csv"))
    cases = [row for row in rows(folder / "manifest.csv") if isinstance(row, HistoricalCase)]
    for case in cases:
        rulebook.check(case.facts)
        for photo in case.photos:
            read_photo(files.read(photo), name="p", limits=IntakeLimits(), min_side=640)
    assert len({files.read(photo) for case in cases for photo in case.photos}) == 24
    assert {case.final is None for case in cases} == {case.previous is None for case in cases} == {True, False}


def test_it_is_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    write_example(tmp_path / "again")
    first, second = (
        {path.name: path.read_bytes() for path in sorted(place.rglob("*.*"))} for place in (folder, tmp_path / "again")
    )
    assert first == second


def test_the_readme_tells_of_every_column_in_both_languages(folder: Path) -> None:
    for part in (folder / README).read_text("utf-8").split("\n---\n"):
        table = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
        assert set(re.findall(r"`(\w+)`", "".join(table))) == set(COLUMNS)


def test_nothing_is_written_over(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RescoreError, match="not_empty"):
        write_example(folder)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RescoreError, match="unwritable"):
        write_example(tmp_path / "file")
