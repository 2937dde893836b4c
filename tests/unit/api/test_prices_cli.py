"""``quickclaim prices``: what it prints and how it ends."""

import re
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

    def __call__(self, *words: str, language: str = "en", columns: int = 100) -> tuple[int, str, str]:
        own = {"HOME": str(self.folder / "home"), "LANGUAGE": language}
        settings = {"COLUMNS": str(columns), **{f"QUICKCLAIM_{name}": value for name, value in own.items()}}
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


@pytest.mark.parametrize("command", ["check", "import"])
def test_what_a_table_leaves_out_is_said_and_taken(run: Run, command: str) -> None:
    header, *rows = PARTS.splitlines(keepends=True)
    hoods = b"".join([header, *(row for row in rows if b",hood," in row and b"CN" in row)])
    code, _, err = run(command, run.file(hoods))
    assert code == 0
    assert "Region US, which the table in force has, is not in the new one." in err
    assert "CN5_gt600k: there is no row for front bumper, rear bumper, trunk lid" in err


def test_a_whole_table_is_taken_without_a_word(run: Run) -> None:
    assert run("check", run.file(PARTS))[2] == ""


def test_a_new_table_is_compared_with_the_one_in_force(run: Run) -> None:
    without = b"".join(row for row in PARTS.splitlines(keepends=True) if b"CN5_gt600k" not in row)
    assert "Class CN5_gt600k" in run("import", run.file(without))[2]
    assert run("import", run.file(without))[2] == ""
    assert "Class CN5_gt600k of region CN is new" in run("check", run.file(PARTS))[2]


def test_what_is_in_force_need_not_be_readable_to_import(run: Run) -> None:
    run("import", run.file(PARTS))
    (run.folder / "home" / "prices" / "parts" / "active").write_bytes(b"\xff")
    assert run("import", run.file(PARTS))[::2] == (0, "")


@pytest.mark.parametrize(("name", "said"), [(b"OEM_Price", "oem_price is"), (b"oem_price;", "oem_price is")])
def test_a_header_nearly_right(run: Run, name: bytes, said: str) -> None:
    code, _, err = run("check", run.file(PARTS.replace(b"oem_price", name, 1)))
    assert code == 2
    assert said in err


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


def test_show_in_chinese_at_80_columns(run: Run) -> None:
    out = run("show", "--vehicle-class", "CN2_60_150k", language="zh", columns=80)[1]
    assert "发动机罩" in out
    assert all(word in out for word in ("级别", "原厂件", "副厂件", "旧件", "更换", "喷漆", "有效期至", "2027-04-30"))
    assert not re.search(r"[a-z]{3,}", out.replace("demo", ""))
    assert "…" not in out


def test_import_says_that_a_running_service_takes_it_later(run: Run) -> None:
    assert "next start" in run("import", run.file(PARTS))[1]
    assert "下次启动" in run("import", run.file(PARTS), language="zh")[1]


def test_earlier_versions_are_listed_and_can_be_used_again(run: Run) -> None:
    run("import", run.file(PARTS), "--name", "first")
    run("import", run.file(PARTS.replace(b",950,", b",960,")), "--name", "second")
    lines = run("versions")[1].splitlines()
    active = [line for line in lines if line.startswith("*")]
    assert len(active) == 2
    assert "second@" in active[0]
    assert "demo-" in active[1]
    (first,) = [line.split()[0] for line in lines if "first@" in line]
    code, out, _ = run("use", first)
    assert code == 0
    assert f"{first} is in force" in out
    assert "first@" in run("show", "--part", "hood")[1]
    code, _, err = run("use", "third")
    assert code == 2
    assert first in err


@pytest.mark.parametrize("words", [("show",), ("versions",), ("import", "{file}")])
@pytest.mark.parametrize("broken", ["home", "active"])
def test_a_home_that_is_not_sound_ends_with_1_and_a_code(run: Run, words: tuple[str, ...], broken: str) -> None:
    if broken == "home":
        (run.folder / "home").write_bytes(b"a file")
    else:
        (run.folder / "home" / "prices" / "parts").mkdir(parents=True)
        (run.folder / "home" / "prices" / "parts" / "active").write_bytes(b"\xff")
    code, _, err = run(*(word.format(file=run.file(PARTS)) for word in words))
    if (words[0], broken) == ("import", "active"):
        assert code == 0  # the import puts a version in force: that mends it
    else:
        assert code == 1
        assert err.startswith(("error: prices.active_unreadable: ", "error: prices.store_unwritable: "))


def test_a_wrong_setting_is_no_traceback(run: Run) -> None:
    code, _, err = run("show", language="de")
    assert code == 1
    assert err.startswith("error: settings.invalid: ")


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


def test_marks_in_a_cell_are_shown_as_they_are(run: Run) -> None:
    header, first, *rows = PARTS.decode("utf-8").splitlines()
    marked = first.replace("CN1_lt60k", "[/bold]x", 1)
    assert run("import", run.file("\n".join([header, marked, *rows]).encode()))[0] == 0
    code, out, _ = run("show", "--part", "front_bumper")
    assert code == 0
    assert "[/bold]x" in out
