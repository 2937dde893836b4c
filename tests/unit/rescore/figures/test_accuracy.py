"""How right a run is: six cases worked out by hand, and what must hold for any run."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from rescored_runs import Row, case, drawn_run, final_line, line, write_chunk, write_run

from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import By, Figures, Group, Measures, Settings
from claims.rescore.figures.results.values import Mean, Share
from model.errors import RescoreError

SHARES = (
    "within_10",
    "within_20",
    "within_10_estimated",
    "coverage",
    "supplement_rate",
    "straight_through",
    "straight_through_error",
)
FEW = Settings(draws=50)


def figures(out: Path, cases: list[Row], settings: Settings = FEW, **others: list[Row]) -> Figures:
    return make_figures(write_run(out, cases, **others), settings)


def counted(share: Share) -> tuple[int, int]:
    return share.k, share.n


@pytest.fixture
def worked(tmp_path: Path) -> Figures:
    """Range 800 to 1,300 everywhere, 1,000 estimated:

    ==== ========= ===== ==================================================== ===========================
    case route     final final lines                                          estimate lines
    ==== ========= ===== ==================================================== ===========================
    0    offer     1,000 hood repair 400, grille replace 600                  the same
    1    offer     1,200 hood repair 400, roof repair 800                     hood repair, grille replace
    2    offer       850 unknown                                              grille replace
    3    person    2,000 unknown                                              none
    4    person    1,100 hood replace, no amount                              hood repair, and no part
    5    person  unknown none at all                                          hood repair
    ==== ========= ===== ==================================================== ===========================
    """
    lines = [
        [("hood", "repair", "400"), ("grille", "replace", "600")],
        [("hood", "repair", "400"), ("roof", "repair", "800")],
    ]
    cases = [
        case(
            0, route="instant_offer", final_amount="1000", final_lines=lines[0], month="2025-01", vehicle_class="small"
        ),
        case(
            1, route="instant_offer", final_amount="1200", final_lines=lines[1], month="2025-01", vehicle_class="large"
        ),
        case(2, route="instant_offer", final_amount="850", month="2025-02", at_least=True),
        case(3, final_amount="2000"),
        case(4, final_amount="1100", final_lines=[("hood", "replace", None)]),
        case(5, final_lines=[]),
    ]
    estimated = [
        *(line(cases[0], "hood", "repair", "400"), line(cases[0], "grille", "replace", "600")),
        *(line(cases[1], "hood", "repair", "500"), line(cases[1], "grille", "replace", "500")),
        line(cases[2], "grille", "replace"),
        *(line(cases[4], "hood", "repair"), line(cases[4], None, "inspect", side="unknown")),
        line(cases[5], "hood", "repair"),
    ]
    return figures(tmp_path, cases, lines=estimated)


def test_amounts(worked: Figures) -> None:
    """Off by 0, 200 of 1,200, 150 of 850, 1,000 of 2,000 and 100 of 1,100."""
    told = worked.overall
    assert counted(told.within_10) == (2, 5)
    assert counted(told.within_20) == (4, 5)
    assert counted(told.within_10_estimated) == (2, 5)
    assert counted(told.coverage) == (4, 5)
    [amounts] = told.amounts
    assert (amounts.n, amounts.estimated, amounts.final) == (5, Decimal(5000), Decimal(6150))
    assert amounts.bias.value == pytest.approx(-1150 / 6150)
    assert amounts.error.value == pytest.approx((0 + 200 + 150 + 1000 + 100) / 5)


def test_lines(worked: Figures) -> None:
    """2 + 1 lines of cases 0 and 1 meet; case 4 has the operation wrong and a line that nobody could place; 5 has one
    too many; the lines of 2 and 3 cannot be judged."""
    lines = worked.overall.lines
    assert (lines.estimated, lines.final, lines.matched) == (7, 5, 3)
    assert (lines.precision.n, lines.recall.n, lines.f1.n) == (4, 4, 4)
    assert lines.precision.value == pytest.approx(3 / 7)
    assert lines.recall.value == pytest.approx(3 / 5)
    assert lines.f1.value == pytest.approx(2 * 3 / 12)


def test_supplements(worked: Figures) -> None:
    """Cases 1 and 4 by their lines, case 3 by its amount: 850 is not above 1,000, and of case 5 no line was added."""
    told = worked.overall
    assert counted(told.supplement_rate) == (3, 6)
    assert told.supplement_share.n == 3
    assert told.supplement_share.value == pytest.approx((0.2 + 1.0 + 0.1) / 3)


def test_instant_offers(worked: Figures) -> None:
    """Of three, those 200 from 1,200 and 150 from 850 are off by more than 50 and by more than a tenth."""
    assert counted(worked.overall.straight_through) == (3, 6)
    assert counted(worked.overall.straight_through_error) == (2, 3)


def test_by_part(worked: Figures) -> None:
    by = {group.key: group.measures for group in worked.by[By.PART]}
    assert list(by) == ["hood", "roof", "grille"]
    hood, grille = by["hood"], by["grille"]
    assert (hood.cases, grille.cases, by["roof"].cases) == (4, 3, 1)
    assert counted(hood.within_10) == (1, 2)  # 400 and 500 for 400; the bill of case 4 has no amount
    assert hood.amounts[0].bias.value == pytest.approx(100 / 800)
    assert (hood.lines.estimated, hood.lines.final, hood.lines.matched) == (4, 3, 2)
    assert counted(hood.supplement_rate) == (1, 4)
    assert counted(hood.straight_through) == (2, 4)
    assert counted(hood.straight_through_error) == (1, 2)
    assert counted(grille.within_10) == (1, 1)
    assert counted(by["roof"].supplement_rate) == (1, 1)
    assert counted(by["roof"].straight_through) == (0, 0)
    assert hood.supplement_share == Mean.undefined()


def test_groups(worked: Figures) -> None:
    assert [(group.key, group.measures.cases) for group in worked.by[By.MONTH]] == [
        ("2025-01", 2),
        ("2025-02", 1),
        (None, 3),
    ]
    assert [(group.key, group.measures.cases) for group in worked.by[By.PRICED]] == [("whole", 5), ("so_far", 1)]
    assert all(group.small for groups in worked.by.values() for group in groups)


@pytest.mark.parametrize(
    ("total", "final", "close"),
    [("1100", "1000", (1, 1)), ("1100.01", "1000", (0, 1)), ("800", "1000", (0, 1)), ("799.99", "1000", (0, 0))],
)
def test_within_holds_its_limit(tmp_path: Path, total: str, final: str, close: tuple[int, int]) -> None:
    told = figures(tmp_path, [case(0, total=total, final_amount=final)]).overall
    assert (told.within_10.k, told.within_20.k) == close


def test_an_estimate_of_nothing_is_far_off_and_apart_of_those_that_are_one(tmp_path: Path) -> None:
    totals = ("0", "0", "1000", "1000", "1000")
    cases = [case(row, total=total, final_amount="1000" if row else "1100") for row, total in enumerate(totals)]
    cases += [case(5, total="1500", final_amount="1000"), case(6)]
    told = figures(tmp_path, cases).overall
    assert (counted(told.within_10), counted(told.within_10_estimated)) == ((3, 6), (3, 4))


def test_amounts_keep_what_is_less_than_a_cent(tmp_path: Path) -> None:
    cases = [case(row, final_amount="1000.1234") for row in range(2)]
    assert figures(tmp_path, cases).overall.amounts[0].final == Decimal("2000.2468")


@pytest.mark.parametrize("final", ["800", "1300"])
def test_the_range_holds_its_ends(tmp_path: Path, final: str) -> None:
    assert counted(figures(tmp_path, [case(0, final_amount=final)]).overall.coverage) == (1, 1)


@pytest.mark.parametrize(
    ("total", "final", "wrong"),
    [
        pytest.param("1100", "1000", False, id="a tenth is not more than a tenth"),
        pytest.param("1100.01", "1000", True, id="a tenth and a cent"),
        pytest.param("150", "100", False, id="50 is not more than the floor"),
        pytest.param("49.99", "100", True, id="below by more than the floor"),
        pytest.param("50", "0", False, id="a final amount of 0"),
    ],
)
def test_when_an_offer_is_off(tmp_path: Path, total: str, final: str, wrong: bool) -> None:
    told = figures(tmp_path, [case(0, route="instant_offer", total=total, final_amount=final)])
    assert counted(told.overall.straight_through_error) == (int(wrong), 1)


def test_every_currency_has_its_own_floor(tmp_path: Path) -> None:
    offer = {"route": "instant_offer", "total": "150", "final_amount": "100"}
    settings = Settings(draws=50, floors={"JPY": Decimal(1000), "USD": Decimal(10)})
    told = figures(tmp_path, [case(0, currency="JPY", **offer), case(1, currency="USD", **offer)], settings)
    assert counted(told.overall.straight_through_error) == (1, 2)


def test_currencies_are_never_added(tmp_path: Path) -> None:
    cases = [case(0, final_amount="500"), case(1, currency="USD", final_amount="800"), case(2, currency="USD")]
    told = figures(tmp_path, cases).overall
    assert [(one.currency, one.n, one.final) for one in told.amounts] == [
        ("CNY", 1, Decimal(500)),
        ("USD", 1, Decimal(800)),
    ]


@pytest.mark.parametrize("lines", [[("hood", "repair", "400")] * 2, [("hood", "repair", "400")]])
def test_a_line_meets_one_line(tmp_path: Path, lines: list[tuple[str, str, str]]) -> None:
    """Two equal lines are two lines, on either side."""
    one = case(0, final_amount="800", final_lines=lines)
    told = figures(tmp_path, [one], lines=[line(one, "hood", "repair"), line(one, "hood", "repair", line=1)])
    assert (told.overall.lines.estimated, told.overall.lines.final, told.overall.lines.matched) == (
        2,
        len(lines),
        len(lines),
    )


@pytest.mark.parametrize("side", ["left", "unknown"])
def test_an_unknown_side_meets_no_side(tmp_path: Path, side: str) -> None:
    """Not even an unknown one; and every case keeps its own lines that nobody could place."""
    cases = [case(row, month=f"2025-0{row + 1}", final_lines=[]) for row in range(2)]
    cases[0]["final_lines"] = json.dumps([final_line("headlight", "replace", "800", side)])
    lines = [line(told, "headlight", "replace", side="unknown") for told in cases]
    by = figures(tmp_path, cases, lines=lines).by[By.MONTH]
    told = [group.measures.lines for group in by]
    assert [(one.estimated, one.final, one.matched) for one in told] == [(1, 1, 0), (1, 0, 0)]


def test_of_nothing_there_are_no_figures(tmp_path: Path) -> None:
    told = make_figures(tmp_path)
    assert told.overall.cases == 0
    assert told.overall.within_10 == Share(n=0, k=0, value=None, low=None, high=None)
    assert told.overall.lines.f1 == Mean.undefined()
    assert told.money_moved is None
    assert not any(told.by.values())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return make_figures(drawn_run(tmp_path_factory.mktemp("drawn"), 500), FEW)


@pytest.mark.parametrize("by", [by for by in By if by is not By.PART])
def test_groups_are_the_whole_in_pieces(drawn: Figures, by: By) -> None:
    pieces = [group.measures for group in drawn.by[by]]
    assert len(pieces) > 1
    assert sum(piece.cases for piece in pieces) == drawn.overall.cases
    for name in SHARES:
        summed = tuple(sum(counts) for counts in zip(*(counted(getattr(piece, name)) for piece in pieces), strict=True))
        assert summed == counted(getattr(drawn.overall, name)), name
    assert sum(amounts.final for piece in pieces for amounts in piece.amounts) == sum(
        a.final for a in drawn.overall.amounts
    )
    assert sum(piece.lines.matched for piece in pieces) == drawn.overall.lines.matched


def test_small_groups_are_flagged(drawn: Figures) -> None:
    told: list[Group] = [group for groups in drawn.by.values() for group in groups]
    assert {group.small for group in told} == {True, False}
    assert all(group.small == (group.measures.cases < 30) for group in told)


def test_values_lie_in_their_intervals(drawn: Figures) -> None:
    for measures in (drawn.overall, *(group.measures for groups in drawn.by.values() for group in groups)):
        for name, value in told_values(measures):
            if value.value is not None and value.low is not None and value.high is not None:
                assert value.low <= value.value <= value.high, name


def told_values(measures: Measures) -> list[tuple[str, Share | Mean]]:
    lines = [(name, getattr(measures.lines, name)) for name in ("precision", "recall", "f1")]
    amounts = [(amount.currency, amount.error) for amount in measures.amounts]
    return [(name, getattr(measures, name)) for name in SHARES] + lines + amounts


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    """The same cases, other way round in the manifest."""
    cases = [case(row, total=str(900 + 7 * row), final_amount=str(1000 + row * row)) for row in range(40)]
    turned = [told | {"row": 39 - told["row"]} for told in cases]
    one, other = figures(tmp_path / "one", cases), figures(tmp_path / "other", turned)
    assert one.overall == other.overall
    assert one.by == other.by
    assert [look.case_id for look in one.worth_a_look] == [look.case_id for look in other.worth_a_look]


def test_what_has_no_marker_is_not_read(tmp_path: Path) -> None:
    out = write_run(tmp_path, [case(row) for row in range(70)])
    (out / ".run" / "chunks" / "000001.json").unlink()
    assert make_figures(out, FEW).overall.cases == 64


def test_a_lost_table_stops(tmp_path: Path) -> None:
    out = write_run(tmp_path, [case(0)])
    (out / "lines" / "000000.parquet").write_bytes(b"no parquet")
    with pytest.raises(RescoreError) as stopped:
        make_figures(out)
    assert (stopped.value.code, stopped.value.facts) == ("rescore.unreadable_table", {"table": "lines"})


@pytest.mark.parametrize("case_id", ["case-0", "case-9"])
def test_tables_that_do_not_fit_together_stop(tmp_path: Path, case_id: str) -> None:
    """An id twice, or lines of a case that is not there."""
    cases = [case(0), case(1) | ({"case_id": case_id} if case_id == "case-0" else {})]
    out = write_run(tmp_path, cases)
    lines = [line({"case_id": case_id}, "hood", "repair")]
    write_chunk(out, 0, {"cases": cases, "lines": lines})
    with pytest.raises(RescoreError) as stopped:
        make_figures(out)
    assert (stopped.value.code, stopped.value.facts) == ("rescore.tables_disagree", {"n": 1})
