"""The policy simulator takes the service's cases by the filters of its run, and refuses when they are others by now."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from desks import AT, open_house, scene
from reviews import in_review

from api.rescore_setup import Asked, prepare
from api.rescore_tune_run import simulate
from api.settings import Settings
from api.stores import open_stores
from claims.notice import Notice
from claims.rescore.origin import FromDatabase
from claims.states import CaseState
from model.errors import RescoreError

SCRATCH = scene("01-scratched-door-two-views")


@pytest.fixture
def settings(notice: Notice, tmp_path: Path) -> Settings:
    """Of a service with one case, which a person has to look at."""
    given = Settings(home=tmp_path / "home", backend="onnx", detector="joint-v1")
    with open_stores(given) as stores:
        in_review(open_house(stores.books, given.home, stores.keys, SCRATCH), notice, SCRATCH)
    return given


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (FromDatabase(until=AT.date()), "no_finals"),
        (FromDatabase(states=frozenset({CaseState.CLOSED})), "no_finals"),
        (FromDatabase(model="another"), "no_finals"),
        (FromDatabase(states=frozenset({CaseState.IN_REVIEW})), "other_cases"),
        (FromDatabase(), "other_cases"),
    ],
    ids=str,
)
def test_the_filters_of_the_run_decide_which_cases_are_its(
    settings: Settings, tmp_path: Path, wanted: FromDatabase, code: str
) -> None:
    """The run scored none. Where its filters leave the case out, there is nothing left; else it is one too many."""
    out = tmp_path / "out"
    with ExitStack() as held:
        asked = Asked(cases=wanted, out=out)
        prepare(asked, settings, date(2026, 11, 23), held, lambda _: None).basis.write(out)
    with pytest.raises(RescoreError, match=rf"rescore\.{code}"):
        simulate(out, None, settings, processes=0)
