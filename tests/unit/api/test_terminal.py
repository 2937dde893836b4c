"""The summary on a terminal."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from api.report.terminal import show
from claims.facts import CaseFacts
from model.texts import LANGUAGES, Texts
from parts_pricing.estimate import Estimate

GOLDEN = """
Photos
  1 ✓ one.jpg
  2 ✓ two.jpg
  3 ✗ broken.jpg  Could not be opened
      We could not recognise this file as a photo. Please send a JPEG, PNG, WebP
      or HEIC photo.

Estimate
No.  Part                   Hours  Labour     Paint  Parts         Total
─────────────────────────────────────────────────────────────────────────
  1  Left rear door             1  120.00  1,234.50      –      1,354.50
     repaint
     scratch, minor
  2  Left rear door             –       –         –      –  no price yet
     calibration to verify
     goes with line 1

    Total so far                              CNY 1,354.50
    Likely range              CNY 1,000.00 to CNY 2,000.00
    Deductible                                  CNY 500.00
    After deductions, so far                    CNY 854.50

An adjuster will look at this
  Estimated repair so far: CNY 1,354.50
  What has a price is likely to cost between CNY 1,000.00 and CNY 2,000.00; the
  rest comes on top
  Nobody has been told of this estimate. Report the damage to your insurer; an
  adjuster then decides about it.
  Once it is reported and all documents are there, the check is due within 3
  working days.

Why
  - You asked for a person to decide, so a person will.

Photos that help
  - Take photo 3 again as described beside it.

You can ask for a person at any time; no claim is ever declined automatically.
Photos show the outside only. If the shop finds more damage behind it, the
estimate is extended.
Something has no price yet; it is not in the total and comes on top of it.
Detector m 1 · Prices p 1 · Rules r 1 · Decision policy t 1
"""


def shown(assessment: Any, language: str = "en", width: int = 80, **console: Any) -> str:
    out = io.StringIO()
    show(assessment, Texts.load(language), Console(file=out, width=width, **console))
    return out.getvalue()


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_the_summary_at_80_columns(fixed: Any) -> None:
    assert trimmed(shown(fixed.assessment)) == trimmed(GOLDEN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [80, 100, 112, 160])
def test_nothing_is_wider_than_the_terminal(door: Any, fixed: Any, language: str, width: int) -> None:
    for case in (door, fixed):
        lines = shown(case.assessment, language, width).splitlines()
        assert max(cell_len(line) for line in lines) <= width
        assert not any("…" in line for line in lines)


def test_a_wide_terminal_has_a_column_for_the_work(fixed: Any) -> None:
    row = next(line for line in shown(fixed.assessment, width=120).splitlines() if "repaint" in line)
    assert "Left rear door" in row
    assert "1,354.50" in row


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_amount_of_every_line_is_shown(door: Any, language: str) -> None:
    text = shown(door.assessment, language)
    estimate: Estimate = door.assessment.estimate
    assert estimate.lines
    for line in estimate.lines:
        for amount in (line.labour, line.paint, line.parts, line.other, line.total):
            assert not amount or f"{amount:,}" in text
    for amount in (estimate.total, estimate.low, estimate.high, estimate.deductible, estimate.net):
        assert f"{amount:,}" in text


def test_chinese_is_chinese(fixed: Any) -> None:
    text = shown(fixed.assessment, "zh")
    assert "1,354.50 元" in text
    assert "左后车门" in text
    assert "暂无价格" in text
    assert "您可随时要求人工处理" in text


def test_colour_only_on_a_terminal(fixed: Any) -> None:
    assert "\x1b[" not in shown(fixed.assessment)
    assert "\x1b[" in shown(fixed.assessment, force_terminal=True, color_system="truecolor")


def test_a_file_name_cannot_command_the_terminal(make_case: Callable[..., Any]) -> None:
    text = shown(make_case({"\x1b[2J[red]x\u202egpj.\udce9": (b"", ())}).assessment)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "�[2J[red]x�gpj.�" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [30, 40, 60, 72])
def test_no_amount_is_cut_on_a_narrow_terminal(door: Any, fixed: Any, language: str, width: int) -> None:
    for case in (door, fixed):
        text = shown(case.assessment, language, width)
        estimate: Estimate = case.assessment.estimate
        amounts = {amount for line in estimate.lines for amount in (line.labour, line.paint, line.total)}
        amounts |= {estimate.total, estimate.low, estimate.high, estimate.deductible, estimate.net}
        assert max(cell_len(line) for line in text.splitlines()) <= width
        assert "…" not in text
        assert all(f"{amount:,}" in text for amount in amounts if amount)


def test_a_line_to_be_verified_names_its_bounds(to_verify: Any) -> None:
    text = " ".join(shown(to_verify.assessment, width=120).split())
    assert "to be verified: 200–500" in text
    assert "no price yet" not in text
    assert "between CNY 1,000.00 and CNY 2,000.00 " in text
    assert "待核实：200–500" in shown(to_verify.assessment, "zh")


def test_a_photo_without_damage_is_told_so(make_case: Callable[..., Any], jpeg: Any, scratched_door: Any) -> None:
    photos = {"door.jpg": (jpeg(1), scratched_door), "clean.jpg": (jpeg(2), scratched_door[:1])}
    text = shown(make_case(photos).assessment)
    assert text.count("No damage seen on this photo.") == 1
    assert text.index("clean.jpg") < text.index("No damage seen on this photo.")


def test_signs_that_the_terminal_lacks_are_spelt(fixed: Any) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="gbk", errors="strict")
    show(fixed.assessment, Texts.load("zh"), Console(file=out, width=80))
    out.flush()
    text = raw.getvalue().decode("gbk")
    assert "OK one.jpg" in text
    assert "X broken.jpg" in text


def test_no_damage_and_no_photo_have_words_of_their_own(make_case: Callable[..., Any], jpeg: Any) -> None:
    clean = make_case({"clean.jpg": (jpeg(), [("back_left_door", 0.95, (50.0, 50.0, 750.0, 550.0))])})
    unusable = make_case({"none.jpg": (b"", ())})
    assert "No damage seen in these photos" in shown(clean.assessment)
    assert "No photo could be used yet" in shown(unusable.assessment)
    for case in (clean, unusable):
        assert "0.00" not in shown(case.assessment)
        assert "ask for a person" in shown(case.assessment)


def test_an_offer_below_the_deductible_is_explained(
    make_case: Callable[..., Any], jpeg: Any, scratched_door: Any, clear_facts: CaseFacts
) -> None:
    facts = clear_facts.model_copy(update={"deductible": Decimal(5000)})
    photos = {"a.jpg": (jpeg(1), scratched_door), "b.jpg": (jpeg(2), scratched_door)}
    text = shown(make_case(photos, facts).assessment)
    assert "Our offer" not in text
    assert "costs less than your deductible" in " ".join(text.split())
