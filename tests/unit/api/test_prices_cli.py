"""``quickclaim prices``: what it prints and how it ends."""

from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.prices_cli import prices_app

PARTS = files("data").joinpath("prices", "parts.csv").read_bytes()


@pytest.fixture
def run(tmp_path: Path) -> "Run":
    return Run(tmp_path)


class Run:
    """The command with its own home folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, language: str = "en") -> tuple[int, str, str]:
        settings = {"QUICKCLAIM_HOME": str(self.folder / "home"), "QUICKCLAIM_LANGUAGE": language, "COLUMNS": "100"}
        result = CliRunner().invoke(prices_app, list(words), env=settings)
        return result.exit_code, result.stdout, result.stderr

    def file(self, content: bytes) -> str:
        path = self.folder / "mine.csv"
        path.write_bytes(content)
        return str(path)


def test_check_a_good_file(run: Run) -> None:
    code, out, _ = run("check", run.file(PARTS))
    assert code == 0
    assert "198 rows" in out


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", ["check", "import"])
def test_bad_file_ends_with_2_and_every_place(run: Run, command: str, language: str) -> None:
    bad = PARTS.replace(b",950,", b",x,").replace(b"2026-11-01", b"soon", 1)
    code, out, err = run(command, run.file(bad), language=language)
    assert code == 2
    assert "oem_price" in err
    assert "valid_from" in err
    assert "3" in err
    assert not out
    assert not (run.folder / "home").exists()


def test_import_then_show(run: Run) -> None:
    assert run("import", run.file(PARTS), "--name", "insurer")[0] == 0
    code, out, _ = run("show", "--part", "hood", "--vehicle-class", "CN2_60_150k")
    assert code == 0
    assert "insurer@" in out
    assert "2,000 S" in out
    assert "CN3_150_300k" not in out


def test_show_in_chinese(run: Run) -> None:
    assert "发动机罩" in run("show", "--part", "hood", language="zh")[1]


@pytest.mark.parametrize("words", [("--region", "XX"), ("--vehicle-class", "XX"), ("--part", "bonnet")])
def test_unknown_words_are_usage_errors_that_list_what_exists(run: Run, words: tuple[str, str]) -> None:
    code, _, err = run("show", *words)
    assert code == 2
    assert any(known in err for known in ("CN, US", "CN1_lt60k", "hood"))


def test_several_files_are_all_checked(run: Run) -> None:
    good = run.folder / "good.csv"
    good.write_bytes(PARTS)
    code, out, err = run("check", run.file(PARTS.replace(b",950,", b",x,")), str(good))
    assert code == 2
    assert "good.csv" in out
    assert "mine.csv" in err
