"""One run per folder, and one process at a time."""

import json
import multiprocessing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from other_rules import dearer, stricter

from claims.rescore.basis import Basis
from claims.rescore.origin import Origin
from claims.rescore.place import begin, only_run
from claims.rulebook import Rulebook
from model.errors import RescoreError

TODAY = date(2026, 11, 23)


def basis(rulebook: Rulebook, **other: object) -> Basis:
    told = {"on": None, "today": TODAY, "region": "CN", "earlier": None, "told": {"cases": "m.csv"}, **other}
    versions = {"model": "m", **rulebook.versions}
    return Basis(versions=versions, looked_with="1" * 64, sources=rulebook.sources, **told)  # type: ignore[arg-type]


def test_what_a_run_rests_on_comes_back(tmp_path: Path, rulebook: Rulebook) -> None:
    written = basis(rulebook)
    assert begin(tmp_path, written, resume=False) == written
    read = Basis.read(tmp_path)
    assert read == written
    assert Rulebook.from_sources(read.sources).versions == rulebook.versions


def test_a_run_goes_on_only_when_asked_to(tmp_path: Path, rulebook: Rulebook) -> None:
    begin(tmp_path, basis(rulebook), resume=False)
    with pytest.raises(RescoreError, match=r"rescore\.out_not_empty"):
        begin(tmp_path, basis(rulebook), resume=False)
    assert begin(tmp_path, basis(rulebook), resume=True) == basis(rulebook)


@pytest.mark.parametrize("resume", [True, False])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, rulebook: Rulebook, resume: bool) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(RescoreError, match=r"rescore\.out_not_empty"):
        begin(tmp_path, basis(rulebook), resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_start_that_never_came_to_its_first_chunk_is_no_run(tmp_path: Path, rulebook: Rulebook) -> None:
    with only_run(tmp_path):
        pass
    with only_run(tmp_path):
        assert begin(tmp_path, basis(rulebook), resume=False)


def test_a_run_keeps_its_day(tmp_path: Path, rulebook: Rulebook) -> None:
    begin(tmp_path, basis(rulebook), resume=False)
    tomorrow = basis(rulebook, today=date(2026, 11, 24))
    assert begin(tmp_path, tomorrow, resume=True).today == TODAY


def test_a_run_takes_its_cases_from_where_its_last_start_had_them(tmp_path: Path, rulebook: Rulebook) -> None:
    begin(tmp_path, basis(rulebook, origin=Origin(cases="../m.csv", limit=3), language="zh"), resume=False)
    now = {"origin": Origin(cases="../moved.csv"), "language": "en", "told": {"cases": "moved.csv"}}
    begun = begin(tmp_path, basis(rulebook, **now), resume=True)
    assert begun == Basis.read(tmp_path) == basis(rulebook, **now)


def test_a_run_of_an_earlier_version_can_be_gone_on_with(tmp_path: Path, rulebook: Rulebook) -> None:
    begin(tmp_path, basis(rulebook), resume=False)
    told = json.loads((tmp_path / "run.json").read_text("utf-8"))
    del told["origin"], told["language"]
    (tmp_path / "run.json").write_text(json.dumps(told), "utf-8")
    assert Basis.read(tmp_path) == basis(rulebook)
    now = basis(rulebook, origin=Origin(cases="../m.csv"), language="en")
    assert begin(tmp_path, now, resume=True) == now


@pytest.mark.parametrize(
    ("other", "different"),
    [
        ({"on": date(2026, 1, 1)}, ("on",)),
        ({"region": "US"}, ("region",)),
        ({"earlier": "2" * 64}, ("earlier",)),
    ],
)
def test_another_run_is_refused(
    tmp_path: Path, rulebook: Rulebook, other: dict[str, object], different: tuple[str, ...]
) -> None:
    begin(tmp_path, basis(rulebook), resume=False)
    with pytest.raises(RescoreError) as told:
        begin(tmp_path, basis(rulebook, **other), resume=True, day_chosen="on" in other)
    assert (told.value.code, told.value.facts["different"]) == ("rescore.other_run", different)


def test_other_tables_are_another_run(tmp_path: Path, rulebook: Rulebook) -> None:
    begin(tmp_path, basis(rulebook), resume=False)
    other = replace(basis(stricter(dearer(rulebook))), looked_with="3" * 64)
    with pytest.raises(RescoreError) as told:
        begin(tmp_path, other, resume=True)
    assert told.value.facts["different"] == ("looked_with", "parts.csv", "triage.yaml")


@pytest.mark.parametrize("file", ["run.json", ".run/sources/parts.csv", ".run/sources/triage.yaml"])
@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_run_whose_basis_is_damaged_is_refused(tmp_path: Path, rulebook: Rulebook, file: str, damage: str) -> None:
    begin(tmp_path, basis(rulebook), resume=False)
    (tmp_path / "cases").mkdir()
    path = tmp_path / file
    path.write_text(path.read_text("utf-8")[:-3], "utf-8") if damage == "changed" else path.unlink()
    code = "out_not_empty" if (file, damage) == ("run.json", "gone") else "run_unreadable"
    with pytest.raises(RescoreError, match=rf"rescore\.{code}"):
        begin(tmp_path, basis(rulebook), resume=True)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    there, go = context.Event(), context.Event()
    holder = context.Process(target=hold, args=(tmp_path, there, go))
    holder.start()
    assert there.wait(60)
    with pytest.raises(RescoreError, match=r"rescore\.in_use"), only_run(tmp_path):
        pass
    holder.kill()
    holder.join()
    with only_run(tmp_path):
        assert not (tmp_path / ".run" / "new").exists()


def hold(out: Path, there: "multiprocessing.synchronize.Event", go: "multiprocessing.synchronize.Event") -> None:
    with only_run(out):
        (out / ".run" / "new").mkdir()
        there.set()
        go.wait(60)
