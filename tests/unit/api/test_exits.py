"""How errors end a command: the code, a sentence, and whose turn it is."""

import pytest
import typer

from api.exits import coded_errors
from model.errors import CaseFactsError, ModelError, QuickClaimError, RulesError, UsageError


def ended(error: Exception, capsys: pytest.CaptureFixture[str], language: str = "en") -> tuple[int, list[str]]:
    with pytest.raises(typer.Exit) as caught, coded_errors(language):
        raise error
    told = capsys.readouterr()
    assert told.out == ""
    return caught.value.exit_code, told.err.splitlines()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("x"), 2),
        (CaseFactsError("x"), 2),
        (ModelError("x"), 1),
        (RulesError("x"), 1),
        (OSError(28, "No space left on device", "/dev/full"), 1),
        (OSError(), 1),
    ],
)
def test_status(error: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(error, capsys)[0] == status


def test_what_libraries_say_over_many_lines_becomes_one(capsys: pytest.CaptureFixture[str]) -> None:
    _, lines = ended(RulesError("triage_invalid", "while scanning\n  line 3\n" + "x" * 5000), capsys)
    assert len(lines) == 1
    assert lines[0].startswith("error: rules.triage_invalid: while scanning line 3 xxx")
    assert len(lines[0]) < 600


@pytest.mark.parametrize(("language", "told"), [("en", "r.html cannot be written here"), ("zh", "无法写入r.html")])
def test_sentences_are_those_of_the_language(language: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, lines = ended(UsageError("output_unwritable", "detail", file="r.html"), capsys, language)
    assert told in lines[0]


def test_what_exists_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(QuickClaimError("x", "nope", known=("a", "b")), capsys)[1][1] == "known: a, b"


def test_a_closed_pipe_is_no_error_of_ours() -> None:
    with pytest.raises(BrokenPipeError), coded_errors():
        raise BrokenPipeError
