"""The command from a run's folder to the files, with the photos looked at before; and that nothing is switched on."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
from drawn_cars import close_up, side_view
from scripted_choice import ScriptedChoice
from typer.testing import CliRunner, Result

from api.rescore_tune_cli import tune
from api.settings import Settings
from claims.facts import CaseFacts
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.policy import TriagePolicy
from claims.rescore.basis import Basis
from claims.rescore.manifest import chunks, read_rows
from claims.rescore.origin import Origin
from claims.rescore.photo_files import LocalAndS3
from claims.rescore.work import Work
from claims.rescore.worker import Worker
from claims.rulebook import Rulebook
from inference.images import IntakeLimits

CASES = 60
"""With the same two photos each; their finals differ."""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    (folder / "wide.jpg").write_bytes(side_view(1).content)
    (folder / "near.jpg").write_bytes(close_up(1).content)
    return folder


def written(folder: Path, facts: CaseFacts, finals: list[str]) -> Path:
    """A manifest whose cases end as ``finals`` say."""
    manifest = folder / "manifest.csv"
    told = facts.model_dump_json(exclude_defaults=True)
    with manifest.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["case_id", "photos", "facts", "final_amount", "assessed_on"])
        for number, final in enumerate(finals):
            rows.writerow([f"case {number}", "wide.jpg;near.jpg", told, final, "2026-11-22"])
    return manifest


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(
    photos: Path, cache: Path, tmp_path: Path, rulebook: Rulebook, clear: CaseFacts
) -> Callable[[list[str]], list[str]]:
    """A run whose photos were all looked at, by a scripted detector; gives the arguments that name it."""

    def make(finals: list[str]) -> list[str]:
        manifest, out = written(photos, clear, finals), tmp_path / "out"
        drawn = [side_view(1), close_up(1)]
        choice = ScriptedChoice({hashlib.sha256(one.content).hexdigest(): one.rows for one in drawn})
        eyes = Eyes(detector=choice.open(), limits=IntakeLimits(), rulebook=rulebook)
        basis = Basis(
            versions={"model": eyes.version, **rulebook.versions},
            looked_with=looked_with(eyes),
            sources=rulebook.sources,
            on=None,
            today=date(2026, 11, 22),
            region="CN",
            origin=Origin.seen_from(out, str(manifest), None),
        )
        basis.write(out)
        work = Work(
            out=out,
            cache=cache,
            files=LocalAndS3.beside(str(manifest)),
            detector=choice,
            sources=rulebook.sources,
            looked_with=basis.looked_with,
        )
        worker = Worker(work)
        for chunk in chunks(read_rows(str(manifest), on=basis.today, region=basis.region)):
            assert worker.do(chunk).cases
        return [str(out), "--cache", str(cache), "--processes", "0"]

    return make


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """The command in an empty folder and an empty home, which stay as they are but for what the test asks for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUICKCLAIM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QUICKCLAIM_BACKEND", "onnx")  # whose papers are those of the scripted detector
    app = typer.Typer()
    app.command()(tune)
    yield lambda *arguments: CliRunner().invoke(app, [*arguments, "--lang", "en"])
    assert not list((tmp_path / "home").rglob("*.yaml"))
    assert Rulebook.load(tmp_path / "home").policy == Rulebook.load().policy


def test_a_policy_is_proposed_with_its_curve_and_page(
    run: Callable[[list[str]], list[str]], command: Callable[..., Result], tmp_path: Path
) -> None:
    arguments = run(["336"] * (CASES - 2) + ["5000", ""])
    told = command(*arguments, "--bound", "0.2", "--report", "tune.html", "--json")
    assert told.exit_code == 0, told.output
    curve = json.loads(told.stdout)
    assert (curve["explored"] + curve["tested"], curve["left_out"]["without_final"]) == (CASES - 1, 1)
    assert curve["proposed"]["passed"]
    assert "nothing was switched on" in told.stderr
    text = (tmp_path / "policy-proposal.yaml").read_text("utf-8")
    assert "-proposal@" in TriagePolicy.from_yaml(text).version
    assert "<svg" in (tmp_path / "tune.html").read_text("utf-8")
    assert curve["versions"]["policy"] in text
    assert str(tmp_path) not in text + told.stdout + (tmp_path / "tune.html").read_text("utf-8")


def test_a_proposal_can_be_loaded_as_a_policy_by_somebody_who_decides_to(
    run: Callable[[list[str]], list[str]], command: Callable[..., Result], tmp_path: Path
) -> None:
    assert command(*run(["336"] * CASES), "--bound", "0.1", "--out", "for-review.yaml").exit_code == 0
    loaded = Rulebook.load(policy=tmp_path / "for-review.yaml").policy
    assert "-proposal@" in loaded.version
    assert loaded.audit_sample_share == Rulebook.load().policy.audit_sample_share


def test_where_no_setting_keeps_the_bound_no_policy_is_written(
    run: Callable[[list[str]], list[str]], command: Callable[..., Result], tmp_path: Path
) -> None:
    told = command(*run(["5000"] * CASES), "--report", "why.html")
    assert told.exit_code == 1
    assert "rescore.no_policy" in told.stderr
    assert not list(tmp_path.glob("*.yaml"))
    assert "Nothing is proposed" in (tmp_path / "why.html").read_text("utf-8")


def test_too_few_cases_promise_nothing(
    run: Callable[[list[str]], list[str]], command: Callable[..., Result], tmp_path: Path
) -> None:
    told = command(*run(["336"] * 20))
    assert told.exit_code == 1
    assert "rescore.no_policy" in told.stderr
    assert not list(tmp_path.glob("*.yaml"))


def test_without_finals_nobody_can_tell(run: Callable[[list[str]], list[str]], command: Callable[..., Result]) -> None:
    told = command(*run([""] * 3))
    assert told.exit_code == 1
    assert "rescore.no_finals" in told.stderr


def test_a_place_of_policies_is_refused_before_any_work(command: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    told = command("nowhere", "--out", str(tmp_path / "home" / "policy.txt"))
    assert told.exit_code == 1
    assert "rescore.over_policy" in told.stderr
    assert not list((tmp_path / "home").iterdir())


def test_a_folder_without_a_run_is_named(command: Callable[..., Result], tmp_path: Path) -> None:
    told = command(str(tmp_path))
    assert told.exit_code == 1
    assert "rescore.no_run" in told.stderr


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (["case 0,wide.jpg;near.jpg"], "2 of the run are missing, 0 are not in it"),
        ([f"case {number},wide.jpg" for number in range(4)], "0 of the run are missing, 1 are not in it"),
        (["a,wide.jpg", "b,wide.jpg", "b,wide.jpg", ",wide.jpg"], "3 of the run are missing, 3 are not in it"),
    ],
)
def test_other_cases_than_those_of_the_run_are_refused(
    run: Callable[[list[str]], list[str]], command: Callable[..., Result], tmp_path: Path, others: list[str], told: str
) -> None:
    arguments = run(["336"] * 3)
    (tmp_path / "others.csv").write_text("\n".join(["case_id,photos", *others]) + "\n")
    refused = command(*arguments, "--manifest", str(tmp_path / "others.csv"))
    assert refused.exit_code == 1
    assert "rescore.other_cases" in refused.stderr
    assert told in " ".join(refused.stderr.split())
    assert not list(tmp_path.glob("*.yaml"))


def test_a_manifest_that_has_moved_is_named(
    run: Callable[[list[str]], list[str]], command: Callable[..., Result], photos: Path, tmp_path: Path
) -> None:
    arguments = run(["336"] * CASES)
    moved = (photos / "manifest.csv").rename(photos / "moved.csv")
    gone = command(*arguments)
    assert (gone.exit_code, "rescore.no_manifest" in gone.stderr) == (1, True)
    assert command(*arguments, "--manifest", str(moved), "--bound", "0.1").exit_code == 0


def test_a_run_that_does_not_say_where_its_cases_are_wants_to_be_told(
    run: Callable[[list[str]], list[str]], command: Callable[..., Result], photos: Path
) -> None:
    arguments = run(["336"] * CASES)
    out = Path(arguments[0])
    begun = Basis.read(out)
    assert begun is not None
    replace(begun, origin=None).write(out)
    untold = command(*arguments)
    assert (untold.exit_code, "rescore.no_origin" in untold.stderr) == (1, True)
    assert command(*arguments, "--manifest", str(photos / "manifest.csv"), "--bound", "0.1").exit_code == 0


def test_what_the_settings_read_is_the_home_of_the_test(command: Callable[..., Result], tmp_path: Path) -> None:
    assert Settings.read().home == tmp_path / "home"
