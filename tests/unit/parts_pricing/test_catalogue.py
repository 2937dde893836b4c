"""The importer takes a whole file or nothing, and says where everything wrong with it is."""

import csv
import io
from contextlib import suppress
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import PriceTableError, UsageError
from model.findings import PartRef
from model.texts import Texts
from model.vehicle import Vehicle
from model.vocabulary import Part, Side
from parts_pricing.catalogue import Catalogue, PriceRow
from parts_pricing.labour import LabourType, Rates
from parts_pricing.table import BadCell

DAY = date(2026, 11, 22)
SHIPPED = files("data").joinpath("prices", "parts.csv").read_bytes()
RATES = files("data").joinpath("prices", "labour_rates.csv").read_bytes()
HEADER, *BODY = list(csv.reader(io.StringIO(SHIPPED.decode("utf-8"))))
OVERRIDES = ["make", "model", "year_from", "year_to"]


def table(*changes: dict[str, str], header: list[str] | None = None) -> bytes:
    """A file of copies of the first shipped row, each with some cells changed."""
    columns = header or [*HEADER, *OVERRIDES]
    first = dict(zip(HEADER, BODY[0], strict=True))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for change in changes:
        writer.writerow({name: {**first, **change}.get(name, "") for name in columns})
    return out.getvalue().encode()


def read(content: bytes) -> Catalogue:
    return Catalogue.read(content, file="mine.csv", name="mine")


def refused(content: bytes) -> PriceTableError:
    with pytest.raises(PriceTableError) as caught:
        read(content)
    return caught.value


def problems(content: bytes) -> tuple[BadCell, ...]:
    """What is wrong with the cells of a file, if it can be read as text at all."""
    try:
        read(content)
    except PriceTableError as error:
        return error.facts.get("cells", ())  # type: ignore[return-value]
    return ()


def test_shipped_tables_are_whole() -> None:
    catalogue = read(SHIPPED)
    assert len(catalogue.rows) == 198
    for region in catalogue.regions:
        for vehicle_class in catalogue.classes(region):
            assert {row.part for row in catalogue.rows if row.vehicle_class == vehicle_class} == set(Part)
    assert len(Rates.read(RATES, file="r.csv", name="r").rows) == 12


def test_version_is_the_name_and_the_content() -> None:
    version = read(SHIPPED).version
    assert version.startswith("mine@")
    assert version != read(SHIPPED.replace(b",950,", b",951,")).version


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("part", "bonnet", "unknown_word"),
        ("region", "", "empty"),
        ("oem_price", "12 yuan", "not_a_number"),
        ("oem_price", "-5", "negative"),
        ("labor_rr_h", "－1.5", "negative"),
        ("oem_price", "--", "not_a_number"),
        ("oem_price", "NaN", "not_a_number"),
        ("oem_price", "inf", "not_a_number"),
        ("oem_price", "1e3", "not_a_number"),
        ("oem_price", "1,50", "ambiguous_number"),
        ("oem_price", "1.200,50", "ambiguous_number"),
        ("oem_price", "0", "out_of_range"),
        ("labor_rr_h", "", "empty"),
        ("labor_rr_h", "0", "zero_hours"),
        ("labor_ri_h", "2.5", "removal_exceeds"),
        ("valid_from", "1.11.2026", "not_a_date"),
        ("valid_from", "2026-02-30", "not_a_date"),
        ("valid_to", "2026-01-01", "ends_before_start"),
        ("repairable", "maybe", "not_yes_or_no"),
        ("price_confidence", "B", "unknown_word"),
        ("repair_h_severe", "1.5", "hours_fall"),
        ("repair_h_minor", "0", "hours_fall"),
        ("paint_panel_price", "0", "zero_price"),
        ("year_from", "20", "not_a_year"),
        ("vehicle_class", "*", "any_class"),
        ("model", "Sylphy", "model_without_make"),
        ("sides", "both", "unknown_word"),
        ("price_source", "x" * 600, "too_long"),
        ("adas_zone", "laser", "unknown_word"),
        ("adas_zone", "front_radar|laser", "unknown_word"),
        ("oem_price", "99999999999", "above"),
        ("used_price", "1000001", "above"),
        ("aftermarket_price", "0.5", "below"),
        ("labor_rr_h", "9999", "above"),
        ("refinish_h", "101", "above"),
        ("repair_h_severe", "101", "above"),
        ("paint_panel_price", "100001", "above"),
        ("surface_dm2", "1001", "above"),
        ("valid_from", "1026-11-01", "far_date"),
    ],
)
def test_bad_cell_is_named_with_line_and_column(column: str, cell: str, reason: str) -> None:
    error = refused(table({"part": "hood"}, {column: cell}))
    assert error.code == "prices.bad_cells"
    wrong = error.facts["cells"]
    named = "make" if reason == "model_without_make" else column
    assert ("mine.csv", 3, f"prices.cell.{reason}") in [(c.file, c.line, c.reason.code) for c in wrong]
    assert any(c.column.startswith(named.rpartition("_")[0]) for c in wrong)
    for language in ("en", "zh"):
        assert all(Texts.load(language).say(c.reason) for c in wrong)


def test_every_bad_cell_is_reported() -> None:
    content = table(
        {"oem_price": "x", "used_price": "y"}, {"part": "hood", "refinish_h": "z"}, {"part": "roof", "currency": "USD"}
    )
    cells = refused(content).facts["cells"]
    assert [(c.line, c.column) for c in cells] == [
        (2, "oem_price"),
        (2, "used_price"),
        (3, "refinish_h"),
    ]
    mixed = refused(table({}, {"part": "hood", "refinish_h": "z"}, {"part": "roof", "currency": "USD"})).facts["cells"]
    assert [(c.line, c.column) for c in mixed] == [(3, "refinish_h"), (4, "currency")]


def test_errors_come_in_the_order_of_the_file() -> None:
    twice = table({}, {}, {"part": "hood", "oem_price": "x"})
    assert [(c.line, c.reason.code) for c in refused(twice).facts["cells"]] == [
        (3, "prices.cell.duplicate"),
        (4, "prices.cell.not_a_number"),
    ]


@pytest.mark.parametrize("column", ["oem_price", "used_price", "labor_rr_h", "refinish_h", "surface_dm2"])
def test_the_dearest_and_longest_that_make_sense_are_taken(column: str) -> None:
    most = {"oem_price": "1000000", "used_price": "1,000,000", "surface_dm2": "1000"}.get(column, "100")
    assert read(table({column: most})).rows


def test_prices_without_cents_may_have_more_digits() -> None:
    yen = {"region": "JP", "currency": "JPY", "vehicle_class": "JP_kei", "oem_price": "250000", "used_price": "2000000"}
    assert read(table(yen)).rows
    assert refused(table({**yen, "oem_price": "2000000000"})).facts["cells"][0].reason.code == "prices.cell.above"


def test_words_allowed_are_listed() -> None:
    [bad] = refused(table({"adas_zone": "laser"})).facts["cells"]
    assert (bad.column, bad.reason.facts["value"]) == ("adas_zone", "laser")
    assert "headlamp_aim, front" not in Texts.load("en").say(bad.reason)
    assert "front_radar, front_camera" in Texts.load("en").say(bad.reason)


def test_line_numbers_count_line_breaks_inside_cells() -> None:
    error = refused(table({"price_source": "one\ntwo\nthree"}, {"part": "bonnet"}))
    assert [c.line for c in error.facts["cells"]] == [5]


@pytest.mark.parametrize("missing", ["oem_price", "valid_from", "part"])
def test_missing_column(missing: str) -> None:
    error = refused(table({}, header=[name for name in HEADER if name != missing]))
    assert [(c.line, c.column, c.reason.code) for c in error.facts["cells"]] == [
        (1, missing, "prices.cell.missing_column")
    ]


def test_unknown_and_repeated_columns() -> None:
    assert refused(table({}, header=[*HEADER, "colour"])).facts["cells"][0].reason.code == "prices.cell.unknown_column"
    text = SHIPPED.decode().replace("part_zh", "part", 1)
    assert refused(text.encode()).facts["cells"][0].reason.code == "prices.cell.repeated_column"


@pytest.mark.parametrize("header", ["OEM_Price", "oem price", " OEM-PRICE", "oem_prise"])
def test_a_header_that_is_nearly_right_is_told_the_right_one(header: str) -> None:
    text = SHIPPED.decode().replace("oem_price", header, 1)
    [bad] = refused(text.encode()).facts["cells"]
    assert (bad.line, bad.reason.code, bad.reason.facts["column"]) == (1, "prices.cell.near_column", "oem_price")


def test_row_of_another_length() -> None:
    text = table({}).decode().rstrip("\n") + ",extra\n"
    assert refused(text.encode()).facts["cells"][0].reason.code == "prices.cell.row_length"


@pytest.mark.parametrize(
    ("second", "clash"),
    [
        ({}, True),
        ({"valid_from": "2027-04-30", "valid_to": "2027-12-31"}, True),
        ({"valid_from": "2027-05-01", "valid_to": ""}, False),
        ({"make": "Nissan"}, False),
        ({"make": "Nissan", "model": "Sylphy", "year_from": "2020"}, False),
        ({"vehicle_class": "CN2_60_150k"}, False),
    ],
)
def test_rows_for_the_same_thing_at_the_same_time(second: dict[str, str], clash: bool) -> None:
    content = table({}, second)
    if clash:
        assert refused(content).facts["cells"][0].reason.code == "prices.cell.duplicate"
    else:
        assert len(read(content).rows) == 2


def test_years_of_overrides_may_not_overlap() -> None:
    sylphy = {"make": "Nissan", "model": "Sylphy"}
    apart = table({**sylphy, "year_to": "2019"}, {**sylphy, "year_from": "2020"})
    assert len(read(apart).rows) == 2
    assert refused(table({**sylphy, "year_to": "2020"}, {**sylphy, "year_from": "2020"})).code == "prices.bad_cells"


@pytest.mark.parametrize(
    "content",
    [
        SHIPPED.decode().encode("utf-8-sig"),
        SHIPPED.decode().encode("gb18030"),
        SHIPPED.decode().encode("gbk"),
        SHIPPED.decode().encode("utf-16"),
        SHIPPED.replace(b"\n", b"\r\n"),
        SHIPPED + b"\n\n,,,\n".replace(b",,,", b"," * 27),
        SHIPPED.decode().replace(",950,480,", ",９５０,480,").encode(),
        SHIPPED.decode().replace(",8500,", ',"8,500",').encode(),
        SHIPPED.decode().replace("2026-11-01", "2026/11/1").encode(),
    ],
    ids=["bom", "gb18030", "gbk", "utf16", "crlf", "blank lines", "full width", "thousands", "excel dates"],
)
def test_dialects_of_spreadsheets_read_the_same(content: bytes) -> None:
    assert read(content).rows == read(SHIPPED).rows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "prices.empty"),
        (SHIPPED.splitlines()[0], "prices.empty"),
        (b"\xff\xfe\x00", "prices.encoding"),
        (b"\x80\xff\x00\x01", "prices.encoding"),
        (b"PK\x03\x04\x00\x00", "prices.encoding"),
        (SHIPPED.replace(b",", b";"), "prices.separator"),
        (SHIPPED.replace(b",", b"\t"), "prices.separator"),
        (RATES.replace(b",", b";"), "prices.separator"),
        (b'region,part\n"CN,hood\n', "prices.bad_cells"),
        (b"x" * (32 * 1024 * 1024 + 1), "prices.too_large"),
    ],
    ids=[
        "empty",
        "header only",
        "half utf16",
        "binary",
        "zip",
        "semicolons",
        "tabs",
        "quoted semicolons",
        "open quote",
        "huge",
    ],
)
def test_what_is_no_table_is_refused_with_a_code(content: bytes, code: str) -> None:
    assert refused(content).code == code


@settings(max_examples=150)
@given(data=st.data())
def test_mutated_files_are_read_or_refused(data: st.DataObject) -> None:
    """Any damage to a real file ends in a catalogue or in a coded refusal, never in another error."""
    lines = SHIPPED.splitlines(keepends=True)[:8]
    content = bytearray(b"".join(lines))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        cut = data.draw(st.integers(0, 12))
        content[at : at + cut] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b'"', b"\n", b",", b"0", "，".encode()])
        )
    with suppress(PriceTableError):
        assert all(row.oem_price is None or row.oem_price > 0 for row in read(bytes(content)).rows)


@settings(max_examples=300)
@given(cell=st.text(max_size=20), column=st.sampled_from([*HEADER, *OVERRIDES]))
def test_any_cell_is_read_or_named(cell: str, column: str) -> None:
    for bad in problems(table({column: cell})):
        assert bad.line >= 1
        assert Texts.load("en").say(bad.reason)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    assert refused(content).code.startswith("prices.")


class TestLookUp:
    """Part number, then make+model+year, then make+class, then class."""

    rows = (
        {"oem_price": "500"},
        {"oem_price": "510", "make": "Nissan"},
        {"oem_price": "520", "make": "Nissan", "model": "Sylphy", "vehicle_class": "*"},
        {"oem_price": "530", "make": "Nissan", "model": "Sylphy", "year_from": "2022", "year_to": "2024"},
        {"oem_price": "540", "part_number": "62022-1AB", "vehicle_class": "*"},
    )
    ref = PartRef(part=Part.FRONT_BUMPER)

    def price(self, **car: Any) -> str:
        found = read(table(*self.rows)).find(self.ref, Vehicle(region="CN", vehicle_class="CN1_lt60k", **car), DAY)
        assert found is not None
        return str(found.row.oem_price)

    @pytest.mark.parametrize(
        ("car", "price"),
        [
            ({}, "500"),
            ({"make": "Toyota"}, "500"),
            ({"make": "NISSAN"}, "510"),
            ({"make": "Nissan", "model": "Qashqai"}, "510"),
            ({"make": "Nissan", "model": "sylphy"}, "520"),
            ({"make": "Nissan", "model": "Sylphy", "year": 2021}, "520"),
            ({"make": "Nissan", "model": "Sylphy", "year": 2023}, "530"),
            ({"make": "Nissan", "model": "Sylphy", "year": 2023, "part_numbers": {ref: "62022-1AB"}}, "540"),
            ({"part_numbers": {ref: "unknown number"}}, "500"),
        ],
    )
    def test_most_specific_row_wins(self, car: dict[str, Any], price: str) -> None:
        assert self.price(**car) == price

    @pytest.mark.parametrize(
        ("day", "price", "stale"),
        [
            (date(2026, 11, 1), "500", False),
            (date(2027, 4, 30), "500", False),
            (date(2027, 6, 1), "600", False),
            (date(2029, 1, 1), "600", True),
        ],
    )
    def test_validity(self, day: date, price: str, stale: bool) -> None:
        later = {"oem_price": "600", "valid_from": "2027-05-01", "valid_to": "2028-01-01"}
        found = read(table({}, later)).find(self.ref, Vehicle(region="CN", vehicle_class="CN1_lt60k"), day)
        assert found is not None
        assert (str(found.row.oem_price), found.stale) == (price, stale)

    def test_a_price_of_the_future_is_no_price(self) -> None:
        car = Vehicle(region="CN", vehicle_class="CN1_lt60k")
        assert read(SHIPPED).find(self.ref, car, date(2026, 1, 1)) is None


def test_unknown_region_and_class_list_what_exists() -> None:
    catalogue = read(SHIPPED)
    with pytest.raises(UsageError) as caught:
        catalogue.require_class("XX", "CN1_lt60k")
    assert caught.value.code == "usage.no_prices"
    assert caught.value.facts["known"] == ("CN", "US")
    with pytest.raises(UsageError) as caught:
        catalogue.require_class("CN", "US_suv")
    assert "CN1_lt60k" in str(caught.value.facts["known"])


class TestRates:
    rates = Rates.read(RATES, file="rates.csv", name="rates")

    @pytest.mark.parametrize(
        ("region", "shop", "vehicle_class", "rate"),
        [
            ("CN", "4S", "CN2_60_150k", "240"),
            ("CN", "general_shop", "CN2_60_150k", "120"),
            ("US", "collision_shop", "US_suv", "65"),
        ],
    )
    def test_rate(self, region: str, shop: str, vehicle_class: str, rate: str) -> None:
        assert str(self.rates.find(region, shop, vehicle_class).per_hour(LabourType.BODY)) == rate

    def test_missing_special_rate_is_the_body_rate(self) -> None:
        assert self.rates.find("CN", "4S", "CN2_60_150k").per_hour(LabourType.MECHANICAL) == 240

    @pytest.mark.parametrize(
        ("where", "code"),
        [
            (("XX", "4S", "CN2_60_150k"), "usage.unknown_region"),
            (("CN", "garage", "CN2_60_150k"), "usage.unknown_shop"),
            (("CN", "4S", "US_suv"), "usage.unknown_vehicle_class"),
        ],
    )
    def test_unknown(self, where: tuple[str, str, str], code: str) -> None:
        with pytest.raises(UsageError) as caught:
            self.rates.find(*where)
        assert caught.value.code == code
        assert caught.value.facts["known"]

    def test_repeated_row_is_refused(self) -> None:
        twice = RATES.rstrip(b"\n") + b"\n" + RATES.splitlines()[1] + b"\n"
        with pytest.raises(PriceTableError) as caught:
            Rates.read(twice, file="rates.csv", name="rates")
        assert [c.line for c in caught.value.facts["cells"]] == [14]

    def test_a_rate_beyond_reason_is_refused(self) -> None:
        with pytest.raises(PriceTableError) as caught:
            Rates.read(RATES.replace(b"CN1_lt60k,100,", b"CN1_lt60k,10001,"), file="r", name="r")
        assert [(c.line, c.column, c.reason.code) for c in caught.value.facts["cells"]] == [
            (2, "body_rate", "prices.cell.above")
        ]

    def test_a_free_shop_is_refused(self) -> None:
        with pytest.raises(PriceTableError):
            Rates.read(RATES.replace(b"general_shop,CN1_lt60k,100", b"general_shop,CN1_lt60k,0"), file="r", name="r")


def test_row_ids_are_unique_and_name_the_row() -> None:
    rows = read(SHIPPED).rows
    assert len({row.id for row in rows}) == len(rows)
    assert rows[0].id == "CN/CN1_lt60k/front_bumper/2026-11-01"
    override: PriceRow = rows[0].model_copy(update={"make": "Nissan", "model": "Sylphy", "year_from": 2022})
    assert override.id == "CN/CN1_lt60k/front_bumper/Nissan/Sylphy/2022-/2026-11-01"
    assert replace(read(SHIPPED), rows=()).regions == ()


def test_side_of_a_part_number() -> None:
    left, right = (PartRef(part=Part.HEADLIGHT, side=side) for side in (Side.LEFT, Side.RIGHT))
    lamp = dict(zip(HEADER, next(row for row in BODY if row[3] == "headlight"), strict=True))
    catalogue = read(table(lamp, {**lamp, "part_number": "L-1", "oem_price": "700", "vehicle_class": "*"}))
    car = Vehicle(region="CN", vehicle_class="CN1_lt60k", part_numbers={left: "L-1"})
    found = [catalogue.find(ref, car, DAY) for ref in (left, right)]
    assert [str(item.row.oem_price) for item in found if item] == ["700", "600"]
