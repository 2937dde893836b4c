"""The report: one HTML file that needs nothing else."""

import base64
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.report.html import report, write_report
from claims.facts import CaseFacts, VehicleFacts
from claims.observe import PhotoSource
from inference.testing import Row
from model.errors import RulesError, UsageError
from model.naming import shown_name
from model.notes import note
from model.texts import LANGUAGES

VOID = {"meta", "input", "br", "hr", "img", "link"}
FORBIDDEN = ("不可能", "不行", "你们不懂", "全赔", "百分百理赔", "按规定", "公司规定")


class Page(HTMLParser):
    """Elements with their attributes, the text of each language's article, and whether every tag was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.language: str | None = None
        self.words: dict[str | None, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "article":
            self.language = dict(attrs)["lang"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "article":
            self.language = None

    def handle_data(self, data: str) -> None:
        self.words.setdefault(self.language, []).append(data)

    def text(self, language: str | None) -> str:
        return " ".join(" ".join(self.words[language]).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(case: Any, language: str = "en") -> tuple[str, Page]:

    text = report(case.assessment, case.sources, language=language, on=date(2026, 11, 22))
    return text, Page(text)


def pictures(page: Page) -> dict[str, Image.Image]:
    found: dict[str, Image.Image] = {}
    for image in page.all("image"):
        data = base64.b64decode((image["href"] or "").partition("base64,")[2])
        with Image.open(io.BytesIO(data)) as opened:
            opened.load()
            found[str(image["id"])] = opened
    return found


BESIDE_A_WHEEL = [("scratch", 0.95, (200.0, 100.0, 600.0, 300.0)), ("wheel", 0.9, (500.0, 400.0, 800.0, 600.0))]
"""Surely a car, but the damage is on no part that can be named."""


def test_the_page_is_whole_and_asks_nothing_of_the_network(door: Any, fixed: Any) -> None:
    for case in (door, fixed):
        text, page = page_of(case)
        assert text.startswith("<!doctype html>")
        assert not re.search(r"https?:|//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))
        assert not {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "embed", "base", "form"}
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_only_its_own_style_and_pictures_are_allowed(door: Any) -> None:
    text, page = page_of(door)
    policy = next(m["content"] or "" for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_both_languages_the_given_one_first(door: Any, language: str, tag: str) -> None:
    _, page = page_of(door, language)
    assert page.all("html")[0]["lang"] == tag
    assert next(article["lang"] for article in page.all("article")) == tag
    assert {article["lang"] for article in page.all("article")} == {"en", "zh-CN"}
    radios = page.all("input")
    assert [radio["id"] for radio in radios if "checked" in radio] == [f"show-{language}"]
    assert {label["for"] for label in page.all("label")} == {radio["id"] for radio in radios}
    assert "You can ask for a person at any time" in page.text("en")
    assert "您可随时要求人工处理" in page.text("zh-CN")
    assert not [word for word in FORBIDDEN if word in page.text("zh-CN")]


def test_a_language_that_is_not_spoken_is_refused(door: Any) -> None:
    with pytest.raises(RulesError):
        page_of(door, "xx")


def test_every_amount_of_every_line_and_its_basis_is_there(door: Any) -> None:
    _, page = page_of(door)
    estimate = door.assessment.estimate
    assert estimate.lines
    for language in ("en", "zh-CN"):
        text = page.text(language)
        for line in estimate.lines:
            for amount in (line.labour, line.paint, line.parts, line.other, line.total, line.low, line.high):
                assert not amount or f"{amount:,}" in text
            assert line.price_row in text
        for amount in (estimate.total, estimate.low, estimate.high, estimate.deductible, estimate.net):
            assert f"{amount:,}" in text
        assert all(version in text for version in door.assessment.versions.values())
        assert all(seen.sha256 in text for seen in door.assessment.observations)


def test_ids_are_unique_and_references_lead_somewhere(door: Any, fixed: Any) -> None:
    for case in (door, fixed):
        _, page = page_of(case)
        ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
        assert max(ids.values()) == 1
        assert {(use["href"] or "")[1:] for use in page.all("use")} <= set(ids)
        named = [attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes]
        assert set(named) <= set(ids)
        assert all(svg.get("aria-label") for svg in page.all("svg") if svg.get("role") == "img")
        assert [tag for tag, _ in page.elements].count("h1") == len(LANGUAGES)


def test_boxes_lie_where_the_damage_is(door: Any) -> None:
    text, page = page_of(door)
    box = next(rect for rect in page.all("rect") if rect["class"] == "box")
    assert [float(box[name] or 0) for name in ("x", "y", "width", "height")] == [300.0, 250.0, 40.0, 25.0]
    assert 'viewBox="0 0 800 600"' in text
    line = door.assessment.estimate.lines[0]
    crop = pictures(page)["crop-1-1"]
    assert line.damages == (0,)
    assert crop.width / crop.height == pytest.approx(4 / 3, rel=0.02)
    assert 100 < crop.width < 400


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>.jpg", '"><img src=x onerror=alert(1)>.jpg', "{{ 7*7 }}.jpg", "a&b\udce9\u202e.jpg"],
)
def test_a_hostile_name_is_only_text(
    make_case: Callable[..., Any], jpeg: Any, scratched_door: Sequence[Row], name: str, tmp_path: Path
) -> None:

    case = make_case({name: (jpeg(), scratched_door), f"broken {name}": (b"", ())})
    text, page = page_of(case)
    assert shown_name(name) in "".join(page.words["en"])
    assert not {tag for tag, _ in page.elements} & {"script", "img"}
    write_report(case.assessment, case.sources, tmp_path / "r.html", language="en", on=date(2026, 11, 22))
    assert (tmp_path / "r.html").read_bytes().decode("utf-8") == text


def test_pictures_carry_no_exif_and_are_bounded(
    make_case: Callable[..., Any], jpeg: Any, scratched_door: Sequence[Row]
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x0112] = 3
    exif.get_ifd(0x8825)[1] = "N"
    content = jpeg(3, (4000, 3000), exif=exif, comment=b"at home")
    rows = [(label, score, tuple(5 * value for value in box)) for label, score, box in scratched_door]
    text, page = page_of(make_case({f"{at}.jpg": (content if at == 0 else jpeg(at), rows) for at in range(3)}))
    shown = pictures(page)
    for image in shown.values():
        assert not image.getexif()
        assert not {"comment", "exif", "xmp", "icc_profile"} & set(image.info)
        assert max(image.size) <= 1600
    assert b"Secret" in content
    assert "Secret" not in text
    assert shown["photo-1"].width / shown["photo-1"].height == pytest.approx(4 / 3, rel=0.01)
    assert len(text) <= 3 * 400_000


def test_twenty_photos_stay_within_the_budget(
    make_case: Callable[..., Any], jpeg: Any, scratched_door: Sequence[Row]
) -> None:
    rows = [(label, score, tuple(1.5 * value for value in box)) for label, score, box in scratched_door]
    text, page = page_of(make_case({f"{at}.jpg": (jpeg(at, (1200, 900)), rows) for at in range(20)}))
    names = [str(image["id"]) for image in page.all("image")]
    assert len([name for name in names if name.startswith("photo-")]) == 20
    assert 1 <= len([name for name in names if name.startswith("crop-1-")]) <= 4
    assert len(text) <= 20 * 400_000


def test_rejected_photos_say_why_and_what_to_do(fixed: Any) -> None:
    _, page = page_of(fixed)
    assert "broken.jpg" in page.text("en")
    assert "We could not recognise this file as a photo." in page.text("en")
    assert "未能识别该文件为照片" in page.text("zh-CN")


def test_an_unpriced_line_is_never_zero(fixed: Any) -> None:
    _, page = page_of(fixed)
    assert "no price yet" in page.text("en")
    assert "暂无价格" in page.text("zh-CN")
    assert "CNY 0.00" not in page.text("en")


@pytest.mark.parametrize(("tag", "said"), [("en", "a total loss is possible"), ("zh-CN", "不排除全损")])
def test_a_wreck_is_no_estimate_of_a_repair(fixed: Any, tag: str, said: str) -> None:
    decision = replace(fixed.assessment.decision, reasons=(note("reason.HEAVY_DAMAGE"),))
    wreck = replace(fixed, assessment=replace(fixed.assessment, decision=decision))
    top = page_of(wreck)[1].text(tag)
    assert said in top
    assert "Estimated repair" not in top
    assert "预估维修费用" not in top
    assert "The repair is likely" not in top


@pytest.mark.parametrize(("tag", "claims"), [("en", ("at least",)), ("zh-CN", ("至少", "不低于"))])
def test_a_total_above_its_range_is_no_lower_limit(fixed: Any, to_verify: Any, tag: str, claims: Sequence[str]) -> None:
    for case in (fixed, to_verify):
        estimate = case.assessment.estimate
        assert estimate.at_least
        assert estimate.low < estimate.total
        _, page = page_of(case)
        assert not [claim for claim in claims if claim in page.text(tag).lower()]


def test_where_nothing_has_a_price_no_amount_is_named(make_case: Callable[..., Any], jpeg: Any) -> None:
    case = make_case({"a.jpg": (jpeg(), BESIDE_A_WHEEL)})
    assert [line.priced for line in case.assessment.estimate.lines] == [False]
    _, page = page_of(case)
    assert "No amount yet" in page.text("en")
    assert "Total no price yet Deductible CNY 20.00" in page.text("en")
    assert "CNY 0.00" not in page.text("en")
    assert "金额待定" in page.text("zh-CN")


def test_what_may_be_no_car_is_no_undamaged_car(make_case: Callable[..., Any], jpeg: Any) -> None:
    rows = [("scratch", 0.7, (200.0, 200.0, 600.0, 400.0)), ("hood", 0.2, (0.0, 0.0, 800.0, 600.0))]
    case = make_case({"a.jpg": (jpeg(), rows)})
    assert [damage.doubtful for damage in case.assessment.damages] == [True]
    assert case.assessment.estimate.lines == ()
    _, page = page_of(case)
    assert "No amount yet" in page.text("en")
    assert "No damage seen" not in page.text("en")


def test_nothing_found_and_nothing_usable(make_case: Callable[..., Any], jpeg: Any) -> None:
    clean = make_case({"clean.jpg": (jpeg(), [("hood", 0.95, (50.0, 50.0, 750.0, 550.0))])})
    unusable = make_case({"a.jpg": (b"", ()), "b.pdf": (b"%PDF-1.7 x", ())})
    for case, title in ((clean, "No damage seen in these photos"), (unusable, "No photo could be used yet")):
        _, page = page_of(case)
        assert title in page.text("en")
        assert "0.00" not in page.text("en")
        assert not page.all("rect")
        assert "You can ask for a person at any time" in page.text("en")


def test_dollars_tax_and_salvage(make_case: Callable[..., Any], jpeg: Any) -> None:
    facts = CaseFacts(region="US", vehicle=VehicleFacts(vehicle_class="US_midsize"), salvage=Decimal("12.5"))
    rows = [("hood", 0.95, (50.0, 50.0, 750.0, 550.0)), ("broken", 0.95, (100.0, 100.0, 700.0, 500.0))]
    case = make_case({"a.jpg": (jpeg(), rows)}, facts)
    _, page = page_of(case)
    estimate = case.assessment.estimate
    assert estimate.tax > 0
    assert f"${estimate.total:,}" in page.text("en")
    assert f"{estimate.total:,} 美元" in page.text("zh-CN")
    assert "$12.50" in page.text("en")


def test_an_unnamed_part_is_named_by_its_candidates(make_case: Callable[..., Any], jpeg: Any) -> None:
    rows = [
        ("damaged_Bumper", 0.95, (200.0, 200.0, 600.0, 400.0)),
        ("broken", 0.6, (220.0, 220.0, 580.0, 380.0)),
        ("wheel", 0.9, (650.0, 250.0, 800.0, 550.0)),
    ]
    case = make_case({"a.jpg": (jpeg(), rows)})
    _, page = page_of(case)
    assert case.assessment.damages[0].part is None
    assert "Front bumper or rear bumper" in page.text("en")
    assert "part to be confirmed" in page.text("en")
    assert "前保险杠或后保险杠" in page.text("zh-CN")


def test_a_photo_that_is_gone_or_changed_is_not_shown(door: Any, jpeg: Any, tmp_path: Path) -> None:
    gone = PhotoSource(name="one.jpg", content=tmp_path / "gone.jpg")
    changed = PhotoSource(name="two.jpg", content=jpeg(99))
    _, page = page_of(replace(door, sources=[gone, changed]))
    assert not page.all("image")
    assert "This photo could not be shown again." in page.text("en")


def test_the_same_case_gives_the_same_page(door: Any) -> None:
    assert page_of(door)[0] == page_of(door)[0]


def test_the_file_replaces_an_old_report_but_never_a_photo(door: Any, tmp_path: Path) -> None:

    photo = tmp_path / "one.jpg"
    photo.write_bytes(door.sources[0].content)
    sources = [PhotoSource(name="one.jpg", content=photo), door.sources[1]]
    refused = {
        photo: "output_is_input",
        photo / "r.html": "output_unwritable",
        tmp_path / "new" / "r.html": "no_such_folder",
        tmp_path: "output_is_folder",
        tmp_path / ("x" * 300): "output_unwritable",
    }
    for path, code in refused.items():
        with pytest.raises(UsageError) as caught:
            write_report(door.assessment, sources, path, language="en", on=date(2026, 11, 22))
        assert caught.value.code == f"usage.{code}"
    assert [path.name for path in tmp_path.iterdir()] == ["one.jpg"]
    assert photo.read_bytes() == door.sources[0].content
    (tmp_path / "new").mkdir()
    for _ in range(2):
        write_report(door.assessment, sources, tmp_path / "new" / "r.html", language="zh", on=date(2026, 11, 22))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["r.html"]


def test_a_line_to_be_verified_names_its_bounds_and_is_not_said_to_have_no_price(to_verify: Any) -> None:
    _, page = page_of(to_verify)
    assert "to be verified: 200–500" in page.text("en")
    assert "待核实：200–500" in page.text("zh-CN")
    assert "no price yet" not in page.text("en")
    assert "暂无价格" not in page.text("zh-CN")
    assert "the likely range holds it" in page.text("en")
    assert "This line: CNY 200.00" not in page.text("en")


def test_a_photo_without_damage_is_told_so_beside_one_with(
    make_case: Callable[..., Any], jpeg: Any, scratched_door: Sequence[Row]
) -> None:
    photos = {"door.jpg": (jpeg(1), scratched_door), "clean.jpg": (jpeg(2), scratched_door[:1]), "no.jpg": (b"", ())}
    text = page_of(make_case(photos))[1].text("en")
    assert text.count("No damage seen on this photo.") == 1
    assert "not damaged" not in text.lower()


def test_a_photo_that_is_perhaps_a_car_is_explained(door: Any) -> None:
    first, second = door.assessment.observations
    unsure = replace(first, quality=replace(first.quality, sure=False))
    case = replace(door, assessment=replace(door.assessment, observations=(unsure, second)))
    assert page_of(case)[1].text("en").count("It is not certain what this photo shows") == 1
    assert "It is not certain" not in page_of(door)[1].text("en")


def test_the_letters_of_the_prices_are_explained_where_they_are_used(
    make_case: Callable[..., Any], jpeg: Any, door: Any
) -> None:
    rows = [("hood", 0.95, (50.0, 50.0, 750.0, 550.0)), ("broken", 0.95, (100.0, 100.0, 700.0, 500.0))]
    _, page = page_of(make_case({"a.jpg": (jpeg(), rows)}))
    assert "confidence of the price S" in page.text("en")
    assert "S: read in a source" in page.text("en")
    assert "S：有来源可查" in page.text("zh-CN")
    assert "A: assumed" not in page.text("en")
    assert "How far prices can be trusted" not in page_of(door)[1].text("en")
