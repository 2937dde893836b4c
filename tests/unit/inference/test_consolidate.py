"""Detections become damages: who is it, where is it, how sure are we, and what is left open."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.rulebook import Rulebook
from inference.consolidate import Consolidated, PhotoEvidence, consolidate
from model.findings import Box, PartRef
from model.vocabulary import DamageKind, Part, Severity, Side

Row = tuple[str, float, Box]
Photo = Callable[..., PhotoEvidence]

# A car seen from the front left, on 1000 x 750 px.
FRONT_LEFT: list[Row] = [
    ("front_bumper", 0.9, (100, 450, 480, 620)),
    ("hood", 0.9, (150, 300, 500, 440)),
    ("front_left_light", 0.85, (400, 400, 500, 470)),
    ("front_left_door", 0.9, (620, 330, 800, 560)),
    ("left_mirror", 0.8, (610, 320, 660, 370)),
    ("front_glass", 0.9, (300, 200, 600, 310)),
]
REAR: list[Row] = [
    ("back_bumper", 0.9, (200, 450, 700, 620)),
    ("trunk", 0.9, (250, 250, 650, 440)),
    ("back_left_light", 0.85, (200, 330, 280, 420)),
    ("back_right_light", 0.85, (620, 330, 700, 420)),
]


@pytest.fixture(scope="module")
def run(rulebook: Rulebook) -> Callable[[Sequence[PhotoEvidence]], Consolidated]:
    return lambda photos: consolidate(photos, rulebook.consolidate)


def places(result: Consolidated) -> list[tuple[Part | None, Side, DamageKind]]:
    return [(damage.part, damage.side, damage.kind) for damage in result.damages]


@pytest.mark.parametrize(
    ("surroundings", "found", "expected"),
    [
        # the damage lies in the door's box; the door has the vehicle's left side
        (FRONT_LEFT, [("scratch", 0.7, (680, 420, 760, 460))], [(Part.FRONT_DOOR, Side.LEFT, DamageKind.SCRATCH)]),
        # "Bumper" says neither front nor rear; the front bumper around it does
        (
            FRONT_LEFT,
            [("damaged_Bumper", 0.6, (120, 480, 300, 600))],
            [(Part.FRONT_BUMPER, Side.NONE, DamageKind.UNKNOWN)],
        ),
        (REAR, [("damaged_Bumper", 0.6, (300, 480, 500, 600))], [(Part.REAR_BUMPER, Side.NONE, DamageKind.UNKNOWN)]),
        # ... and so do lamps and bonnet, or lamps and boot lid, where no bumper is recognised
        (
            FRONT_LEFT[1:],
            [("damaged_Bumper", 0.6, (120, 480, 300, 600))],
            [(Part.FRONT_BUMPER, Side.NONE, DamageKind.UNKNOWN)],
        ),
        (
            REAR[1:],
            [("damaged_Bumper", 0.6, (300, 480, 500, 600))],
            [(Part.REAR_BUMPER, Side.NONE, DamageKind.UNKNOWN)],
        ),
        # no label for fenders exists: front end and left parts around it settle which one
        (
            FRONT_LEFT,
            [("damaged_Fender", 0.6, (505, 380, 610, 540))],
            [(Part.FRONT_FENDER, Side.LEFT, DamageKind.UNKNOWN)],
        ),
        # a lamp does not bend: damaged means broken
        (FRONT_LEFT, [("damaged_Light", 0.6, (405, 405, 500, 470))], [(Part.HEADLIGHT, Side.LEFT, DamageKind.BROKEN)]),
        # the kind inside a damaged-part region belongs to that part
        (
            REAR,
            [("damaged_Dickey", 0.6, (260, 260, 500, 430)), ("dent", 0.5, (300, 300, 420, 400))],
            [(Part.TRUNK_LID, Side.NONE, DamageKind.DENT)],
        ),
        # a kind larger than the regions belongs to each of them
        (
            FRONT_LEFT,
            [
                ("damaged_Bonnet", 0.6, (180, 310, 450, 430)),
                ("damaged_Bumper", 0.6, (120, 460, 460, 610)),
                ("broken", 0.5, (90, 290, 500, 630)),
            ],
            [(Part.FRONT_BUMPER, Side.NONE, DamageKind.BROKEN), (Part.HOOD, Side.NONE, DamageKind.BROKEN)],
        ),
        # nothing around it: the part stays open
        ([], [("scratch", 0.7, (300, 300, 500, 400))], [(None, Side.UNKNOWN, DamageKind.SCRATCH)]),
        # a damaged bonnet is a landmark for the front end, even where no part is recognised
        (
            [],
            [("damaged_Bonnet", 0.6, (100, 100, 500, 300)), ("damaged_Bumper", 0.6, (100, 320, 500, 500))],
            [(Part.FRONT_BUMPER, Side.NONE, DamageKind.UNKNOWN), (Part.HOOD, Side.NONE, DamageKind.UNKNOWN)],
        ),
    ],
)
def test_a_damage_finds_its_part(
    run: Callable[..., Consolidated], photo: Photo, surroundings: list[Row], found: list[Row], expected: object
) -> None:
    assert places(run([photo(0, surroundings + found)])) == expected


def test_an_ambiguous_label_stays_ambiguous_without_evidence(run: Callable[..., Consolidated], photo: Photo) -> None:
    [damage] = run([photo(0, [("damaged_Bumper", 0.6, (120, 480, 300, 600))])]).damages
    assert damage.part is None
    assert set(damage.candidates) == {PartRef(part=Part.FRONT_BUMPER), PartRef(part=Part.REAR_BUMPER)}
    assert damage.ambiguous


def test_doors_of_both_sides_on_one_photo_lose_their_side(run: Callable[..., Consolidated], photo: Photo) -> None:
    rows: list[Row] = [
        ("front_left_door", 0.6, (100, 300, 400, 600)),
        ("front_right_door", 0.55, (100, 300, 400, 600)),
        ("scratch", 0.6, (200, 400, 300, 450)),
    ]
    [damage] = run([photo(0, rows)]).damages
    assert (damage.part, damage.side) == (Part.FRONT_DOOR, Side.UNKNOWN)


def test_a_wheel_box_over_both_wheels_is_no_place(run: Callable[..., Consolidated], photo: Photo) -> None:
    rows: list[Row] = [("wheel", 0.9, (100, 500, 900, 640)), ("scratch", 0.6, (450, 540, 520, 580))]
    assert places(run([photo(0, rows)])) == [(None, Side.UNKNOWN, DamageKind.SCRATCH)]


def test_glass_cannot_be_dented_and_it_is_said(run: Callable[..., Consolidated], photo: Photo) -> None:
    result = run([photo(0, [*FRONT_LEFT, ("dent", 0.9, (350, 220, 500, 290))])])
    assert result.damages == ()
    assert [item.code for item in result.dropped] == ["dropped.impossible"]


def test_an_unlikely_pair_costs_confidence_and_says_so(run: Callable[..., Consolidated], photo: Photo) -> None:
    [damage] = run([photo(0, [*FRONT_LEFT, ("dent", 0.9, (410, 405, 490, 465))])]).damages
    assert damage.part is Part.HEADLIGHT
    assert damage.confidence == pytest.approx(0.54)
    assert "damage.unlikely" in [item.code for item in damage.notes]


def test_below_its_threshold_nothing_counts(run: Callable[..., Consolidated], photo: Photo) -> None:
    assert run([photo(0, [*FRONT_LEFT, ("scratch", 0.29, (680, 420, 760, 460))])]).damages == ()


def test_two_views_of_one_damage_merge_with_all_evidence(run: Callable[..., Consolidated], photo: Photo) -> None:
    first = photo(0, [*FRONT_LEFT, ("scratch", 0.5, (680, 420, 760, 460))])
    second = photo(1, [("front_left_door", 0.9, (100, 100, 900, 700)), ("scratch", 0.8, (300, 300, 600, 420))])
    [damage] = run([first, second]).damages
    assert damage.photos == {0, 1}
    assert damage.confidence == pytest.approx(0.8)


def test_a_nameless_close_up_explains_nothing_away(run: Callable[..., Consolidated], photo: Photo) -> None:
    wide = photo(0, [*FRONT_LEFT, ("scratch", 0.5, (680, 420, 760, 460))])
    close = photo(1, [("scratch", 0.8, (100, 100, 800, 600))])
    door, nameless = run([wide, close]).damages
    assert (door.part, door.confidence, door.photos) == (Part.FRONT_DOOR, pytest.approx(0.5), {0})
    assert (nameless.part, nameless.candidates) == (None, ())
    assert [item.code for item in nameless.notes] == ["damage.perhaps_close_up"]


def test_what_is_only_damaged_stays_beside_the_kind_another_photo_shows(
    run: Callable[..., Consolidated], photo: Photo
) -> None:
    wreck = photo(0, [*FRONT_LEFT, ("damaged_Bumper", 0.9, (110, 455, 470, 610))])
    scratch = photo(1, [*FRONT_LEFT, ("scratch", 0.8, (150, 500, 200, 530))])
    found = {damage.kind: damage for damage in run([wreck, scratch]).damages}
    assert set(found) == {DamageKind.UNKNOWN, DamageKind.SCRATCH}
    assert found[DamageKind.UNKNOWN].photos == {0}
    assert found[DamageKind.SCRATCH].confidence == pytest.approx(0.8)


def test_an_open_label_joins_the_damage_it_may_be_and_says_so(run: Callable[..., Consolidated], photo: Photo) -> None:
    wide = photo(0, [*FRONT_LEFT, ("damaged_Bumper", 0.5, (120, 480, 300, 600))])
    close = photo(1, [("damaged_Bumper", 0.8, (100, 100, 800, 600))])
    [damage] = run([wide, close]).damages
    assert (damage.part, damage.photos) == (Part.FRONT_BUMPER, {0, 1})
    assert [item.code for item in damage.notes] == ["damage.taken_as"]


def test_an_open_label_never_joins_another_part(run: Callable[..., Consolidated], photo: Photo) -> None:
    wide = photo(0, [*FRONT_LEFT, ("damaged_Bumper", 0.5, (120, 480, 300, 600))])
    close = photo(1, [("damaged_Door", 0.8, (100, 100, 800, 600))])
    assert len(run([wide, close]).damages) == 2


def test_a_damage_beside_the_car_is_left_out_and_said(run: Callable[..., Consolidated], photo: Photo) -> None:
    result = run([photo(0, [*FRONT_LEFT, ("scratch", 0.8, (100, 680, 300, 740))])])
    assert result.damages == ()
    assert [item.code for item in result.dropped] == ["dropped.off_car"]


def test_a_rear_bumper_amid_front_parts_is_the_front_bumper(run: Callable[..., Consolidated], photo: Photo) -> None:
    front: list[Row] = [row for row in FRONT_LEFT if row[0] != "front_bumper"]
    misread: list[Row] = [("back_bumper", 0.7, (100, 450, 480, 620)), ("scratch", 0.8, (150, 500, 250, 560))]
    assert places(run([photo(0, front + misread)])) == [(Part.FRONT_BUMPER, Side.NONE, DamageKind.SCRATCH)]


def test_a_rear_bumper_beside_a_single_front_part_may_be_either(run: Callable[..., Consolidated], photo: Photo) -> None:
    rows: list[Row] = [
        ("hood", 0.9, (150, 300, 500, 440)),
        ("back_bumper", 0.9, (100, 450, 480, 620)),
        ("damaged_Bumper", 0.6, (120, 480, 300, 600)),
    ]
    [damage] = run([photo(0, rows)]).damages
    assert damage.part is None
    assert {ref.part for ref in damage.candidates} == {Part.FRONT_BUMPER, Part.REAR_BUMPER}


def test_a_region_says_where_but_not_how_large(run: Callable[..., Consolidated], photo: Photo) -> None:
    [damage] = run([photo(0, [*FRONT_LEFT, ("damaged_Bumper", 0.9, (110, 455, 470, 610))])]).damages
    assert (damage.area_cm2, damage.severity_certain) == (None, False)


def test_no_damage_is_larger_than_its_part(run: Callable[..., Consolidated], photo: Photo) -> None:
    rows: list[Row] = [*FRONT_LEFT, ("broken", 0.9, (380, 390, 510, 480)), ("broken", 0.8, (385, 395, 505, 475))]
    lamp = next(damage for damage in run([photo(0, rows)]).damages if damage.part is Part.HEADLIGHT)
    assert lamp.area_cm2 is not None
    assert lamp.area_cm2 <= 1200


def test_on_a_photo_that_may_be_no_car_no_part_is_named(run: Callable[..., Consolidated], photo: Photo) -> None:
    rows: list[Row] = [("front_bumper", 0.5, (100, 450, 480, 620)), ("damaged_Bumper", 0.4, (120, 480, 300, 600))]
    doubtful = replace(photo(0, rows), named=False)
    [damage] = run([doubtful]).damages
    assert (damage.part, damage.candidates, damage.area_cm2) == (None, (), None)
    assert damage.doubtful


def test_doubtful_damage_stays_apart_and_comes_last(run: Callable[..., Consolidated], photo: Photo) -> None:
    sure = photo(0, [("scratch", 0.8, (100, 100, 500, 300))])
    doubtful = replace(photo(1, [("scratch", 0.9, (100, 100, 500, 300))]), named=False)
    assert [damage.doubtful for damage in run([doubtful, sure]).damages] == [False, True]


def test_the_size_of_a_damage_follows_its_share_of_the_part(run: Callable[..., Consolidated], photo: Photo) -> None:
    door: Row = ("front_left_door", 0.9, (100, 100, 600, 600))
    severities = []
    for side in (20, 80, 300):
        [damage] = run([photo(0, [door, ("dent", 0.8, (200, 200, 200 + side, 200 + side))])]).damages
        severities.append(damage.severity)
        assert damage.severity_certain
    assert severities == [Severity.MINOR, Severity.MODERATE, Severity.SEVERE]


def test_without_scale_the_severity_is_assumed_and_said_so(run: Callable[..., Consolidated], photo: Photo) -> None:
    [damage] = run([photo(0, [("damaged_Bonnet", 0.8, (0, 0, 900, 700))])]).damages
    assert damage.area_cm2 is None
    assert not damage.severity_certain
    assert damage.severity is Severity.MODERATE


LABELS = ["scratch", "dent", "broken", "damaged_Door", "damaged_Bumper", "damaged_Light", "damaged_Fender"]
PARTS = ["front_left_door", "front_right_door", "front_bumper", "back_bumper", "hood", "front_left_light", "wheel"]


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    count = draw(st.integers(0, 7))
    result = []
    for _ in range(count):
        x, y = draw(st.integers(0, 800)), draw(st.integers(0, 600))
        box = (float(x), float(y), float(x + draw(st.integers(5, 200))), float(y + draw(st.integers(5, 150))))
        score = draw(st.integers(5, 99)) / 100
        result.append((draw(st.sampled_from(LABELS + PARTS)), score, box))
    return result


@settings(max_examples=150)
@given(st.lists(rows(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_order_and_repetition_of_photos_change_nothing(
    run: Callable[..., Consolidated], photo: Photo, case: list[list[Row]], rng: random.Random
) -> None:
    photos = [photo(index, found) for index, found in enumerate(case)]
    names = {item.index: item.sha256 for item in photos}
    shuffled = [photo(place, found, names[index]) for place, (index, found) in enumerate(_shuffled(case, rng))]
    again = [*photos, photo(len(photos), case[0], names[0])]
    expected = _essence(run(photos))
    assert _essence(run(shuffled)) == expected
    assert _essence(run(again)) == expected


def _shuffled(case: list[list[Row]], rng: random.Random) -> list[tuple[int, list[Row]]]:
    numbered = list(enumerate(case))
    rng.shuffle(numbered)
    return numbered


def _essence(result: Consolidated) -> list[object]:
    return [
        (d.part, d.side, d.kind, d.severity, round(d.confidence, 6), d.candidates, d.area_cm2, len(d.evidence))
        for d in result.damages
    ]


@settings(max_examples=100)
@given(rows())
def test_every_damage_has_evidence_that_passed(
    run: Callable[..., Consolidated], photo: Photo, found: list[Row]
) -> None:
    for damage in run([photo(0, found)]).damages:
        assert all(item.score >= 0.3 for item in damage.evidence)
        assert damage.part is None or damage.part.sided != (damage.side is Side.NONE)
