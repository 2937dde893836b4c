"""What was found comes back exactly, or not at all."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.assess import Found, conclude, find
from claims.canonical import canonical
from claims.facts import CaseFacts
from claims.observe import Observation
from claims.rescore.found_cache import FoundCache, Shown, Sight, slim
from claims.rescore.found_json import found_json, found_of
from claims.rulebook import Rulebook
from inference.quality import judge
from inference.scene import Scene
from model.detections import Detections
from model.findings import Damage, Evidence, PartRef
from model.notes import Note, note
from model.vocabulary import DamageKind, Part, Severity, Side

GOLDEN = sorted(
    path for path in (Path(__file__).parents[3] / "golden" / "cases").glob("*.json") if "expected" not in path.name
)
PICTURE = np.random.default_rng(0).integers(60, 180, (187, 250, 3), dtype=np.uint8)
SHARES = st.floats(0, 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
REFS = st.sampled_from(
    [PartRef(part=part, side=side) for part in Part for side in Side if part.sided != (side is Side.NONE)]
)
NOTES = st.builds(
    Note,
    st.sampled_from(["dropped.no_car", "x"]),
    st.dictionaries(
        st.sampled_from("abc"),
        st.one_of(st.text(), st.integers(), st.none(), st.decimals(allow_nan=False, allow_infinity=False), REFS),
    ),
)


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    named = draw(st.none() | REFS)
    boxes = st.tuples(FLOATS, FLOATS, FLOATS, FLOATS)
    seen = st.builds(Evidence, photo=st.integers(0, 9), box=boxes, score=SHARES, label=st.text())
    return Damage(
        part=named and named.part,
        side=named.side if named else Side.UNKNOWN,
        kind=draw(st.sampled_from(DamageKind)),
        severity=draw(st.sampled_from(Severity)),
        confidence=draw(SHARES),
        evidence=tuple(draw(st.lists(seen, min_size=1, max_size=3))),
        candidates=tuple(draw(st.lists(REFS, max_size=2))),
        area_cm2=draw(st.none() | FLOATS),
        severity_certain=draw(st.booleans()),
        doubtful=draw(st.booleans()),
        notes=tuple(draw(st.lists(NOTES, max_size=2))),
    )


FOUND = st.builds(
    Found,
    damages=st.lists(damages(), max_size=3).map(tuple),
    dropped=st.lists(NOTES, max_size=2).map(tuple),
    views=st.lists(st.text(), max_size=3).map(tuple),
)


@given(FOUND)
def test_anything_found_comes_back_exactly(found: Found) -> None:
    assert found_of(json.loads(json.dumps(found_json(found), allow_nan=False))) == found


def golden(path: Path, make: Callable[[Iterable[Any]], Detections], rulebook: Rulebook) -> tuple[Observation, ...]:
    """The photos of a golden case that can be read."""
    photos = [photo for photo in json.loads(path.read_text("utf-8"))["photos"] if "detections" in photo]
    return tuple(observation(index, photo, make, rulebook) for index, photo in enumerate(photos))


def observation(
    index: int, photo: dict[str, Any], make: Callable[[Iterable[Any]], Detections], rulebook: Rulebook
) -> Observation:
    found = make((label, score, tuple(map(float, box))) for label, score, box in photo["detections"])
    scene = Scene.read(found, width=1000, height=750, rules=rulebook.consolidate)
    quality = judge(PICTURE, found, scene, rulebook.quality)
    sizes = {"width": 1000, "height": 750, "phashes": (2**64 - 1 - index, 7), "grey": PICTURE[:, :, 0]}
    return Observation(index=index, name="p", sha256=f"{index + 1:064x}", **sizes, quality=quality, detections=found)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_kept_case_is_concluded_as_one_that_was_looked_at(
    path: Path, detections: Callable[[Iterable[Any]], Detections], rulebook: Rulebook, tmp_path: Path
) -> None:
    seen = golden(path, detections, rulebook)
    found = find(seen, rulebook.consolidate)
    FoundCache(tmp_path).put("k" * 64, sight(Shown(observations=tuple(map(slim, seen)), found=found)))
    kept = FoundCache(tmp_path).get("k" * 64)
    assert kept is not None
    [shown] = kept.shown
    assert shown == Shown(observations=tuple(map(slim, seen)), found=found)
    facts, day = CaseFacts.model_validate(json.loads(path.read_text("utf-8"))["facts"]), date(2026, 11, 23)
    anew = conclude(seen, facts, rulebook, model_version="m", on=day)
    again = conclude(shown.observations, facts, rulebook, model_version="m", on=day, found=shown.found)
    bare = tuple(replace(item, detections=None) for item in seen)
    assert canonical(again) == canonical(replace(anew, observations=bare))


def sight(*shown: Shown) -> Sight:
    return Sight(shown=shown, detections=b"PAR1\n\n\x00binary\n", boxes=3, photos=2)


REFUSED = sight(
    Shown(number=2, refused=note("photo.too_small", width=40, height=30, limit=128, megabytes=Decimal("1.5")))
)


def test_a_verdict_and_the_file_of_boxes_come_back(tmp_path: Path) -> None:
    FoundCache(tmp_path).put("a" * 64, REFUSED)
    assert FoundCache(tmp_path).get("a" * 64) == REFUSED


def test_nothing_is_kept_yet(tmp_path: Path) -> None:
    assert FoundCache(tmp_path).get("a" * 64) is None


@pytest.mark.parametrize("cut", range(0, 240, 7))
def test_a_damaged_file_is_no_finding(tmp_path: Path, cut: int) -> None:
    cache = FoundCache(tmp_path)
    cache.put("a" * 64, REFUSED)
    [path] = [path for path in (tmp_path / "found").rglob("*") if path.is_file()]
    content = path.read_bytes()
    assert cut < len(content)
    path.write_bytes(content[:cut])
    assert cache.get("a" * 64) is None
    path.write_bytes(content[:cut] + bytes([content[cut] ^ 1]) + content[cut + 1 :])
    assert cache.get("a" * 64) is None
