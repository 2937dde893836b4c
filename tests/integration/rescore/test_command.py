"""``quickclaim rescore`` as an analyst runs it: real processes and the real detector, stopped in every way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from drawn_cars import close_up, side_view
from local_engine import within
from rescored_drawn import rows_of

KILLS = 4
CASES = 200
TABLES = ("cases", "lines", "detections", "quarantine", "moved")


def command(home: Path, *arguments: object) -> tuple[list[str], dict[str, str]]:
    settings = {"QUICKCLAIM_HOME": str(home), "LANG": "C.UTF-8", "COLUMNS": "100"}
    return [sys.executable, "-m", "api", "rescore", *map(str, arguments)], {**os.environ, **settings}


def rescore(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    program, environment = command(home, *arguments)
    return subprocess.run(program, env=environment, capture_output=True, text=True, timeout=280)


def begun(home: Path, *arguments: object) -> "subprocess.Popen[str]":
    program, environment = command(home, *arguments)
    return subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four chunks of cases that share a few photos; every fiftieth has lost one."""
    folder = tmp_path_factory.mktemp("cases")
    for seed in range(4):
        (folder / f"{seed}-side.jpg").write_bytes(side_view(seed).content)
        (folder / f"{seed}-near.jpg").write_bytes(close_up(seed).content)
    rows = [
        f"C{row:04d},{row % 4}-side.jpg;{'lost' if row % 50 == 7 else row % 4}-near.jpg,CN2_60_150k,{400 + row}"
        for row in range(CASES)
    ]
    path = folder / "manifest.csv"
    path.write_text("\n".join(["case_id,photos,vehicle_class,final_amount", *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def whole(home: Path, manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run leaves that nobody disturbs."""
    out = tmp_path_factory.mktemp("whole") / "out"
    done = rescore(home, manifest, "--out", out)
    assert done.returncode == 0, done.stderr
    assert (out / "report.html").exists()
    return results(out)


def results(out: Path) -> dict[str, bytes]:
    files = [path for name in TABLES for path in sorted((out / name).iterdir())]
    return {str(path.relative_to(out)): path.read_bytes() for path in (*files, out / "figures.json")}


def markers(out: Path) -> int:
    return len(list((out / ".run" / "chunks").glob("*.json")))


def test_every_row_is_scored_or_set_aside(whole: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in whole.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    rows = [row["row"] for table in ("cases", "quarantine") for row in rows_of(tmp_path, table)]
    assert sorted(rows) == list(range(CASES))
    assert {row["code"] for row in rows_of(tmp_path, "quarantine")} == {"rescore.photo_missing"}


@pytest.mark.parametrize("processes", [0, 1])
def test_processes_change_no_byte(
    home: Path, manifest: Path, whole: dict[str, bytes], tmp_path: Path, processes: int
) -> None:
    done = rescore(home, manifest, "--out", tmp_path / "out", "--processes", processes, "--no-report")
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "out") == whole
    assert not (tmp_path / "out" / "report.html").exists()


def test_killed_and_killed_again_it_ends_as_if_undisturbed(
    home: Path, manifest: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    out, draw = tmp_path / "out", np.random.default_rng(6)
    for number in range(KILLS):
        options = ("--resume",) if number else ()
        with begun(home, manifest, "--out", out, "--cache", tmp_path / "cache", *options) as process:
            seen = markers(out)
            within(120, lambda: process.poll() is not None or markers(out) > seen)  # noqa: B023 - asked at once
            time.sleep(float(draw.random()) / 4)
            os.killpg(process.pid, signal.SIGKILL)
    done = rescore(home, manifest, "--out", out, "--cache", tmp_path / "cache", "--resume")
    assert done.returncode == 0, done.stderr
    assert results(out) == whole
    assert not list((out / ".run").glob("new/*"))


def test_ctrl_c_finishes_what_is_begun_and_says_how_to_go_on(
    home: Path, manifest: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with begun(home, manifest, "--out", out, "--cache", tmp_path / "cache", "--processes", 1) as process:
        assert within(120, lambda: (out / "run.json").exists())
        assert within(120, lambda: markers(out) > 0)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "--resume" in told
    assert "Traceback" not in told
    assert 0 < markers(out) < 4
    assert not (out / "figures.json").exists()
    done = rescore(home, manifest, "--out", out, "--cache", tmp_path / "cache", "--resume")
    assert done.returncode == 0, done.stderr
    assert results(out) == whole


def test_ctrl_c_twice_ends_at_once(home: Path, manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with begun(home, manifest, "--out", out, "--cache", tmp_path / "cache") as process:
        assert within(120, lambda: (out / "run.json").exists())
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "Traceback" not in told


def test_a_run_is_gone_on_with_only_as_it_began(home: Path, manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert rescore(home, manifest, "--out", out, "--limit", 3, "--processes", 0).returncode == 0
    again = rescore(home, manifest, "--out", out, "--limit", 3)
    assert (again.returncode, "rescore.out_not_empty" in again.stderr) == (1, True)
    other = rescore(home, manifest, "--out", out, "--limit", 3, "--resume", "--on", "2026-01-01")
    assert (other.returncode, "rescore.other_run" in other.stderr) == (1, True)


def test_a_run_that_goes_on_keeps_its_language_and_tells_of_the_manifest_again(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(side_view(0).content)
    path, out = tmp_path / "manifest.csv", tmp_path / "out"
    path.write_text("case_id,photos,colour,plate\nA,a.jpg,red,X 1\n")
    assert rescore(home, path, "--out", out, "--processes", 0, "--lang", "zh").returncode == 0
    first = (out / "report.html").read_text("utf-8")
    again = rescore(home, path, "--out", out, "--processes", 0, "--resume")
    assert again.returncode == 0, again.stderr
    assert "报告" in again.stdout
    assert (out / "report.html").read_text("utf-8") == first
    for told in ('lang="zh-CN"', "colour", "plate", "未识别", "个人信息"):
        assert told in first
    assert "X 1" not in first
    assert str(tmp_path) not in (out / "run.json").read_text("utf-8")
    assert rescore(home, path, "--out", out, "--processes", 0, "--resume", "--lang", "en").returncode == 0
    assert 'lang="en"' in (out / "report.html").read_text("utf-8")


def test_other_prices_are_compared_with_the_run_before(home: Path, manifest: Path, tmp_path: Path) -> None:
    policy = Path("data/rules/triage.yaml").resolve()
    stricter = tmp_path / "policy.yaml"
    stricter.write_text(
        policy.read_text("utf-8").replace("audit_sample_share: 0.05", "audit_sample_share: 1.0"), "utf-8"
    )
    assert rescore(home, manifest, "--out", tmp_path / "old", "--limit", 5, "--processes", 0).returncode == 0
    options = ("--previous", tmp_path / "old", "--policy", stricter)
    done = rescore(home, manifest, "--out", tmp_path / "new", "--limit", 5, "--processes", 0, *options)
    assert done.returncode == 0, done.stderr
    now = rows_of(tmp_path / "new", "cases")
    assert [row["previous_total"] for row in now] == [row["total"] for row in rows_of(tmp_path / "old", "cases")]
    assert json.loads((tmp_path / "new" / "run.json").read_text())["earlier"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ((), 2, "MANIFEST"),
        (("m.csv", "--from-database", "--out", "o"), 2, "MANIFEST"),
        (("m.csv",), 2, "--out"),
        (("m.csv", "--out", "o", "--on", "soon"), 2, "soon"),
        (("--from-database", "--out", "o", "--state", "lost"), 2, "lost"),
        (("never.csv", "--out", "o"), 1, "rescore.no_manifest"),
        (("m.csv", "--out", "o", "--previous", "p"), 1, "rescore.no_run"),
    ],
)
def test_wrong_usage_is_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], status: int, says: str
) -> None:
    program, environment = command(home, *arguments)
    root = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        program, env={**environment, "PYTHONPATH": root}, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_manifest_without_one_case_that_can_be_scored(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("case_id,photos\nA,lost.jpg\n")
    done = rescore(home, path, "--out", tmp_path / "out", "--processes", 0)
    assert done.returncode == 3, done.stderr
    assert (tmp_path / "out" / "report.html").exists()


def test_a_service_without_cases_has_none_to_score(tmp_path: Path) -> None:
    options = ("--from-database", "--since", "2026-01-01", "--until", "2026-02-01", "--state", "closed")
    done = rescore(tmp_path / "home", *options, "--out", tmp_path / "out", "--processes", 0)
    assert done.returncode == 3, done.stderr
    told = json.loads((tmp_path / "out" / "run.json").read_text())
    wanted = {"since": "2026-01-01", "until": "2026-02-01", "states": ["closed"], "model": None}
    assert (told["told"]["cases"], told["origin"]["database"]) == ("quickclaim", wanted)
    tuned = rescore(tmp_path / "home", "tune", tmp_path / "out", "--processes", 0)
    assert (tuned.returncode, "rescore.no_finals" in tuned.stderr) == (1, True), tuned.stderr


def test_the_example_runs_as_it_is(home: Path, tmp_path: Path) -> None:
    assert rescore(home, "--example", tmp_path / "example").returncode == 0
    done = rescore(home, tmp_path / "example" / "manifest.csv", "--out", tmp_path / "out", "--processes", 0)
    assert done.returncode == 0, done.stderr
    assert len(rows_of(tmp_path / "out", "cases")) >= 10
