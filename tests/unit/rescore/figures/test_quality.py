"""Data quality and distributions: everything is counted once, and what is missing is told."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rescored_runs import Row, case, drawn_run, line, photo, quarantined, write_run

from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import Figures, Settings
from claims.rescore.figures.results.quality import SharedPhoto
from claims.rescore.figures.results.spread import Histogram, PartDamage
from claims.rescore.figures.results.values import Count, Share
from claims.rescore.figures.spread import amount_edges

FEW = Settings(draws=20)


def figures(out: Path, cases: list[Row], **others: list[Row]) -> Figures:
    return make_figures(write_run(out, cases, **others), FEW)


def counted(share: Share) -> tuple[int, int]:
    return share.k, share.n


def test_what_was_left_out_and_what_is_missing(tmp_path: Path) -> None:
    cases = [
        case(0, month="2025-01", final_amount="0", at_least=True, priced_on=date(2025, 12, 31)),
        case(1, currency="USD", previous_total="3", final_lines=[]),
    ]
    left_out = [
        quarantined(2, "rescore.no_photos"),
        quarantined(3, "photo.unreadable"),
        quarantined(4, "photo.unreadable"),
    ]
    lines = [line(cases[0], None, "repair", side="unknown"), line(cases[0], "hood", "repair", priced=False)]
    told = figures(tmp_path, cases, quarantine=left_out, lines=lines).quality
    assert (told.rows, told.scored, counted(told.quarantined)) == (5, 2, (3, 5))
    assert told.quarantine == (Count(key="photo.unreadable", n=2), Count(key="rescore.no_photos", n=1))
    missing = (told.without_final, told.without_final_lines, told.without_month, told.without_previous)
    assert [counted(share) for share in missing] == [(1, 2)] * 4
    assert counted(told.final_not_above_zero) == (1, 1)
    assert (counted(told.unpriced_cases), counted(told.unpriced_lines), counted(told.unplaced_lines)) == (
        (1, 2),
        (1, 2),
        (1, 2),
    )
    assert told.currencies == (Count(key="CNY", n=1), Count(key="USD", n=1))
    assert (told.first_day, told.last_day, len(told.days)) == ("2025-12-31", "2026-03-01", 2)


def test_photos_twice(tmp_path: Path) -> None:
    """``a`` is in three cases, and twice in the first; ``b`` is in two; ``c`` twice in one."""
    names = [("a", "a", "b"), ("a",), ("b", "a"), ("c", "c"), ()]
    cases = [
        case(row, photos=[photo(name) for name in told], usable_photos=len(told) // 2) for row, told in enumerate(names)
    ]
    told = figures(tmp_path, cases).quality.photos
    assert (told.n, counted(told.unusable), counted(told.cases_without)) == (8, (5, 8), (2, 5))
    assert (told.duplicates, counted(told.cases_with_duplicates)) == (2, (2, 5))
    assert (told.shared, counted(told.cases_sharing)) == (2, (3, 5))
    assert told.examples == (
        SharedPhoto(sha256=photo("a"), cases=("case-0", "case-1", "case-2")),
        SharedPhoto(sha256=photo("b"), cases=("case-0", "case-2")),
    )


@pytest.mark.parametrize(
    ("amount", "lines", "told"),
    [
        pytest.param("10000", ["5000", "5000"], (0, 1), id="fits"),
        pytest.param("10000", ["5000", "4901"], (0, 1), id="within 1 %"),
        pytest.param("10000", ["5000", "4899"], (1, 1), id="beyond 1 %"),
        pytest.param("100", ["60", "80"], (0, 1), id="within the floor"),
        pytest.param("10000", ["5000", None], (0, 0), id="an amount is missing"),
        pytest.param("10000", [], (1, 1), id="an amount without lines"),
    ],
)
def test_final_lines_and_final_amount(
    tmp_path: Path, amount: str, lines: list[str | None], told: tuple[int, int]
) -> None:
    bill = [("hood", "repair", line_amount) for line_amount in lines]
    assert counted(figures(tmp_path, [case(0, final_amount=amount, final_lines=bill)]).quality.finals_at_odds) == told


def test_distributions_by_hand(tmp_path: Path) -> None:
    cases = [
        case(0, confidence=0.97, reasons=["reason.A", "reason.B"], damages=12, final_amount="25"),
        case(1, confidence=None, reasons=["reason.A"], total="0", damages=0, route="more_photos"),
    ]
    lines = [
        line(cases[0], "hood", "repair", kinds=["dent", "scratch"], severity="severe"),
        line(cases[0], "hood", "replace", kinds=["dent"], line=1),
        line(cases[0], None, "repair", kinds=["dent"], line=2, side="unknown"),
    ]
    told = figures(tmp_path, cases, lines=lines).distributions
    [amounts] = told.amounts
    assert amounts.total == Histogram(edges=(0, 10, 20, 50, 100, 200, 500, 1000), counts=(1, 0, 0, 0, 0, 0, 1))
    assert amounts.final == Histogram(edges=amounts.total.edges, counts=(0, 0, 1, 0, 0, 0, 0), unknown=1)
    assert (told.confidence.counts[-1], told.confidence.unknown) == (1, 1)
    assert [(one.route, one.share.k) for one in told.routes] == [("human_review", 1), ("more_photos", 1)]
    assert told.reasons == (Count(key="reason.A", n=2), Count(key="reason.B", n=1))
    assert {count.key: count.n for count in told.lines if count.n} == {"0": 1, "3": 1}
    assert {count.key: count.n for count in told.damages if count.n} == {"0": 1, "10+": 1}
    assert told.part_damages == (
        PartDamage(part="hood", kind="dent", n=2),
        PartDamage(part="hood", kind="scratch", n=1),
        PartDamage(part=None, kind="dent", n=1),
    )
    assert told.severities == (Count(key="minor", n=2), Count(key="severe", n=1))


@given(st.floats(0, 1e9))
def test_edges_hold_every_amount(largest: float) -> None:
    edges = amount_edges(largest)
    assert edges[0] == 0
    assert edges[-1] >= largest
    assert list(edges) == sorted(set(edges))


def test_histograms_hold_every_case(tmp_path: Path) -> None:
    told = make_figures(drawn_run(tmp_path, 200), FEW)
    n = told.overall.cases
    spread = told.distributions
    assert sum(spread.confidence.counts) + spread.confidence.unknown == n
    for kind in ("total", "final"):
        histograms = [getattr(one, kind) for one in spread.amounts]
        assert sum(sum(one.counts) + one.unknown for one in histograms) == n
    assert sum(count.n for count in spread.lines) == sum(count.n for count in spread.damages) == n
    assert sum(one.share.k for one in spread.routes) == n
