"""From photos to the tally, through the pipeline and its caches, in this process and in two."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from drawn_cars import close_up, side_view
from scripted_choice import NeverOpened, ScriptedChoice

from claims.assess import assess
from claims.observation_bytes import looked_with
from claims.observe import Eyes, PhotoSource
from claims.rescore.case import Chunk, FinalBill, HistoricalCase, Quarantined
from claims.rescore.photo_files import LocalAndS3
from claims.rescore.tune.crew import simulated
from claims.rescore.tune.grid import Grid
from claims.rescore.tune.rules import TuneRules
from claims.rescore.work import Work
from claims.rulebook import Rulebook
from claims.triage import Route
from inference.images import IntakeLimits
from model.errors import RescoreError
from model.notes import note

CASES = 6


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for seed in range(CASES):
        (folder / f"{seed}-wide.jpg").write_bytes(side_view(seed).content)
        (folder / f"{seed}-near.jpg").write_bytes(close_up(seed).content)
    return folder


@pytest.fixture(scope="module")
def work(photos: Path, tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Work:
    drawn = [view(seed) for seed in range(CASES) for view in (side_view, close_up)]
    detector = ScriptedChoice({sha256(one.content).hexdigest(): one.rows for one in drawn})
    eyes = Eyes(detector=detector.open(), limits=IntakeLimits(), rulebook=rulebook)
    return Work(
        out=tmp_path_factory.mktemp("out"),
        cache=tmp_path_factory.mktemp("cache"),
        files=LocalAndS3(str(photos)),
        detector=detector,
        sources=rulebook.sources,
        looked_with=looked_with(eyes),
    )


@pytest.fixture(scope="module")
def chunks(historical: Callable[..., HistoricalCase]) -> list[Chunk]:
    """Six cases, two with a final far off; a row that cannot be read, a photo that is gone, a case without final."""
    cases = [
        replace(
            historical(f"case {seed}", "5000" if seed < 2 else "336"),
            row=seed,
            photos=(f"{seed}-wide.jpg", f"{seed}-near.jpg"),
        )
        for seed in range(CASES)
    ]
    gone = replace(cases[0], row=7, id="gone", photos=("gone.jpg",))
    unsaid = replace(cases[1], row=8, id="unsaid", final=FinalBill())
    bad = Quarantined(row=6, id=None, reason=note("rescore.no_id"))
    return [Chunk(number=0, rows=(*cases[:4], bad)), Chunk(number=1, rows=(*cases[4:], gone, unsaid))]


def test_the_tally_is_what_the_pipeline_decides_case_by_case(
    work: Work, chunks: list[Chunk], rules: TuneRules, grid: Grid, rulebook: Rulebook, photos: Path
) -> None:
    tally = simulated(work, rules, chunks)
    assert tally is not None
    assert (tally.whole.cases, tally.without_final, tally.not_scored, tally.rows) == (CASES, 1, 2, 9)
    eyes = Eyes(
        detector=work.detector.open(),
        limits=IntakeLimits(),
        rulebook=replace(rulebook, policy=grid.at(grid.in_force)),
    )
    offers, wrong = 0, 0
    for case in (row for chunk in chunks for row in chunk.rows if isinstance(row, HistoricalCase)):
        if case.final is None or case.final.amount is None or case.id == "gone":
            continue
        sources = [PhotoSource(name=name, content=photos / name) for name in case.photos]
        assessed = assess(sources, case.facts, eyes, on=case.on)
        offered = assessed.decision.route is Route.INSTANT_OFFER
        offers += offered
        wrong += offered and rules.wrong_by(assessed.estimate.total, case.final.amount, "CNY")
    assert (tally.whole.offers[grid.in_force], tally.whole.wrong[grid.in_force]) == (offers, wrong)
    assert offers > wrong > 0


def test_no_photo_is_looked_at_twice_and_two_processes_count_the_same(
    work: Work, chunks: list[Chunk], rules: TuneRules
) -> None:
    once, told = simulated(work, rules, chunks), list[int]()
    again = replace(work, detector=NeverOpened())
    twice = simulated(again, rules, chunks, processes=2, progress=told.append)
    assert once is not None
    assert twice is not None
    assert (once.tested.offers == twice.tested.offers).all()
    assert (once.explored.wrong == twice.explored.wrong).all()
    assert (once.rows, once.whole.cases) == (twice.rows, twice.whole.cases)
    assert told[-1] == 9


def test_an_error_of_another_process_keeps_its_code(work: Work, chunks: list[Chunk], rules: TuneRules) -> None:
    narrow = rules.model_copy(update={"wrong_by": rules.wrong_by.model_copy(update={"amounts": {}})})
    for processes in (0, 2):
        with pytest.raises(RescoreError) as caught:
            simulated(work, narrow, chunks, processes=processes)
        assert caught.value.code == "rescore.no_tolerance"


def test_what_looked_otherwise_is_no_footing(work: Work, chunks: list[Chunk], rules: TuneRules) -> None:
    other = replace(work, looked_with="0" * 64)
    for processes in (0, 1):
        with pytest.raises(RescoreError, match=r"other_detector"):
            simulated(other, rules, chunks, processes=processes)


def test_without_chunks_there_is_nothing(work: Work, rules: TuneRules) -> None:
    assert simulated(work, rules, []) is None
