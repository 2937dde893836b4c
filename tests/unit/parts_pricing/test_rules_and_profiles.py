"""The reviewed files: what the loaders refuse, and that every rule says what knowledge §2.4 says."""

from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from model.errors import RulesError, UsageError
from model.findings import PartRef
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.operations import Operation
from parts_pricing.profile import load_profiles, profile_for
from parts_pricing.repair_rules import RepairRules

Tree = dict[str, Any]


def shipped(name: str) -> Tree:
    tree: Tree = yaml.safe_load(files("data").joinpath("rules", name).read_text("utf-8"))
    return tree


def written(tmp_path: Path, tree: object) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


def lighter_when_worse(tree: Tree) -> None:
    tree["groups"]["bumper"]["dent"]["severe"] = {"do": "polish", "sources": ["A"]}


def fewer_hours_when_worse(tree: Tree) -> None:
    tree["groups"]["bumper"]["broken"]["moderate"]["hours"] = "minor"


def unexplained_source(tree: Tree) -> None:
    tree["groups"]["bumper"]["dent"]["severe"]["sources"] = ["C99"]


def no_source(tree: Tree) -> None:
    tree["groups"]["bumper"]["dent"]["severe"]["sources"] = []


def part_twice(tree: Tree) -> None:
    tree["groups"]["wheel"]["parts"] = ["wheel", "tire"]


def part_missing(tree: Tree) -> None:
    del tree["groups"]["wheel"]


def unknown_word(tree: Tree) -> None:
    tree["groups"]["wheel"]["colour"] = "black"


def band_without_threshold(tree: Tree) -> None:
    tree["economy"]["review_from"] = 0.85


@pytest.mark.parametrize(
    "spoil",
    [
        lighter_when_worse,
        fewer_hours_when_worse,
        unexplained_source,
        no_source,
        part_twice,
        part_missing,
        unknown_word,
        band_without_threshold,
    ],
)
def test_unsound_repair_rules_are_refused(tmp_path: Path, spoil: Callable[[Tree], None]) -> None:
    tree = shipped("repair.yaml")
    spoil(tree)
    with pytest.raises(RulesError) as caught:
        RepairRules.load(written(tmp_path, tree))
    assert caught.value.code in {"rules.invalid", "rules.unknown_source"}


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("CN_4S", "paint", "multi_panel"), {1: 1, 2: 0.8, 3: 0.9}),
        (("CN_4S", "paint", "multi_panel"), {2: 0.8}),
        (("CN_4S", "paint", "multi_panel"), {1: 1, 2: 0.2}),
        (("CN_4S", "paint", "sources"), ["Z9"]),
        (("CN_4S", "currency"), "yuan"),
        (("CN_4S", "tax", "rate"), 13),
        (("CN_4S", "nonsense"), 1),
    ],
)
def test_unsound_profiles_are_refused(tmp_path: Path, where: tuple[str, ...], value: object) -> None:
    tree = shipped("profiles.yaml")
    inner = tree["profiles"]
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    with pytest.raises(RulesError):
        load_profiles(written(tmp_path, tree))


@pytest.mark.parametrize("content", ["[1, 2", "- a\n- b\n", "\x00"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(content, encoding="utf-8")
    for load in (RepairRules.load, load_profiles):
        with pytest.raises(RulesError):
            load(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="unreadable"):
        RepairRules.load(tmp_path / "none.yaml")


def test_profile_of_a_region_and_shop(bench: Any) -> None:
    assert profile_for(bench.profiles, "CN", "4S").id == "CN_4S"
    assert profile_for(bench.profiles, "CN").id == "CN_general"
    assert profile_for(bench.profiles, "CA-BC").id == "CA_BC"
    for region, shop, known in (("CN", "garage", ("general_shop", "4S")), ("XX", None, ("CA-BC", "CN", "US"))):
        with pytest.raises(UsageError) as caught:
            profile_for(bench.profiles, region, shop)
        assert caught.value.facts["known"] == known


def test_unknown_area_lists_what_exists(bench: Any) -> None:
    with pytest.raises(UsageError) as caught:
        bench.profiles["CN_4S"].in_area("moon")
    assert "county" in str(caught.value.facts["known"])


SCRATCH, DENT, BROKEN = DamageKind.SCRATCH, DamageKind.DENT, DamageKind.BROKEN
POLISH, REFINISH, REPAIR, REPLACE = Operation.POLISH, Operation.REFINISH, Operation.REPAIR, Operation.REPLACE


@pytest.mark.parametrize(
    ("part", "kind", "expected"),
    [
        ("front_bumper", SCRATCH, [POLISH, REFINISH, REPAIR]),
        ("rear_bumper", DENT, [REPAIR, REPAIR, REPLACE]),
        ("front_bumper", BROKEN, [REPAIR, REPAIR, REPLACE]),
        ("hood", SCRATCH, [POLISH, REFINISH, REPAIR]),
        ("front_door", DENT, [REPAIR, REPAIR, REPAIR]),
        ("front_door", BROKEN, [REPAIR, REPLACE, REPLACE]),
        ("quarter_panel", BROKEN, [REPAIR, REPAIR, REPLACE]),
        ("headlight", SCRATCH, [POLISH, REPAIR, REPLACE]),
        ("headlight", BROKEN, [REPLACE, REPLACE, REPLACE]),
        ("taillight", BROKEN, [REPLACE, REPLACE, REPLACE]),
        ("fog_light", SCRATCH, [POLISH, POLISH, REPLACE]),
        ("grille", BROKEN, [REPLACE, REPLACE, REPLACE]),
        ("windshield", BROKEN, [REPAIR, REPLACE, REPLACE]),
        ("back_glass", BROKEN, [REPLACE, REPLACE, REPLACE]),
        ("door_glass", BROKEN, [REPLACE, REPLACE, REPLACE]),
        ("wheel", SCRATCH, [REPAIR, REPAIR, REPAIR]),
        ("wheel", DENT, [REPAIR, REPLACE, REPLACE]),
        ("wheel", BROKEN, [REPLACE, REPLACE, REPLACE]),
        ("tire", BROKEN, [REPLACE, REPLACE, REPLACE]),
    ],
)
def test_operations(bench: Any, part: str, kind: DamageKind, expected: list[Operation]) -> None:
    row = next(row for row in bench.catalogue.rows if (row.part, row.vehicle_class) == (part, "CN3_150_300k"))
    assert [bench.rules.step(kind, severity, None, row).operation for severity in Severity] == expected


@pytest.mark.parametrize(
    ("part", "kind", "severity"),
    [
        ("front_bumper", BROKEN, Severity.MODERATE),
        ("windshield", BROKEN, Severity.MODERATE),
        ("headlight", SCRATCH, Severity.MODERATE),
        ("roof", BROKEN, Severity.SEVERE),
        ("tire", BROKEN, Severity.MINOR),
    ],
)
def test_where_sources_disagree_a_person_decides(bench: Any, part: str, kind: DamageKind, severity: Severity) -> None:
    row = next(row for row in bench.catalogue.rows if row.part == part)
    assert bench.rules.step(kind, severity, None, row).review


@pytest.mark.parametrize(("area", "hours"), [(1, "0.6"), (46, "1.0"), (300, "2.2"), (1012, "4.7"), (9000, "8.0")])
def test_hours_by_area_as_in_the_fit(bench: Any, area: float, hours: str) -> None:
    assert bench.rules.area_hours.hours(area, "steel") == Decimal(hours)


def test_aluminium_takes_longer(bench: Any) -> None:
    assert bench.rules.area_hours.hours(300, "aluminium") == Decimal("3.0")


@given(one=st.floats(0, 1e5), more=st.floats(0, 1e5))
def test_hours_never_fall_with_area(bench: Any, one: float, more: float) -> None:
    assert bench.rules.area_hours.hours(one + more, "steel") >= bench.rules.area_hours.hours(one, "steel")


def test_adjacency(bench: Any) -> None:
    panels = bench.profiles["US"].panels
    left, right = (PartRef(part=Part.FRONT_DOOR, side=side) for side in (Side.LEFT, Side.RIGHT))
    fender = PartRef(part=Part.FRONT_FENDER, side=Side.LEFT)
    assert panels.touch(left, fender)
    assert panels.touch(fender, left)
    assert not panels.touch(right, fender)
    assert panels.touch(PartRef(part=Part.HOOD), fender)
    unknown = PartRef(part=Part.FRONT_DOOR, side=Side.UNKNOWN)
    assert not panels.touch(unknown, PartRef(part=Part.FRONT_FENDER, side=Side.UNKNOWN))
    assert set(panels.blend_neighbours(left)) == {fender, PartRef(part=Part.REAR_DOOR, side=Side.LEFT)}


def test_interchange_codes() -> None:
    codes = {
        Operation.REMOVE_INSTALL: "OP2",
        Operation.OVERHAUL: "OP5",
        Operation.REFINISH: "OP6",
        Operation.REPAIR: "OP9",
    }
    codes |= {Operation.REPLACE: "OP11", Operation.BLEND: "OP15", Operation.SUBLET: "OP16", Operation.PDR: "OP26"}
    assert {operation: operation.code for operation in codes} == codes
    assert all(operation.code for operation in Operation)
