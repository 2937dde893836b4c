"""What a person is told while a run goes on."""

import pytest

from api.rescore_progress import Pace, watching
from claims.rescore.work import Done
from model.texts import LANGUAGES, Texts


def done(*, skipped: bool = False) -> Done:
    counts = {"cases": 60, "quarantined": 4, "photos": 240, "looked": 240, "lines": 0, "detections": 0}
    return Done(number=0, **counts, seconds=1.0, skipped=skipped)


def told(pace: Pace, at: float) -> str:
    return Texts.load("en").say(pace.note(at))


def test_rates_leave_out_what_an_earlier_start_had_done() -> None:
    pace = Pace(total=1280, began=100.0)
    pace.add(done(skipped=True))
    pace.add(done())
    assert told(pace, 108.0) == "128 of 1,280 cases, 8.0 cases/s, 30 photos/s, 2:24 left, 8 in quarantine"


def test_nobody_guesses_how_many_are_left() -> None:
    pace = Pace(total=None, began=0.0)
    pace.add(done())
    assert told(pace, 2.0) == "64 cases, 32.0 cases/s, 120 photos/s, 4 in quarantine"


def test_hours_are_told_as_hours() -> None:
    pace = Pace(total=64 * 101, began=0.0)
    pace.add(done())
    assert "2:46:40 left" in told(pace, 100.0)


def test_nothing_new_has_no_rate() -> None:
    pace = Pace(total=640, began=0.0)
    pace.add(done(skipped=True))
    assert "left" not in told(pace, 1.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_log_has_few_lines(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with watching(None, Texts.load(language)) as show:
        for _ in range(100):
            show(done())
    assert capsys.readouterr().err == ""
