"""The service's own cases scored again: as they were under the same rules, and what moved under others."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from desks import AT, changed, open_house, scene
from rescored_drawn import rows_of
from reviews import HOUR, Case, in_review, somebody

from claims.desk import deciding, queue, reviewing
from claims.desk.house import House
from claims.keys import Keys
from claims.notice import Notice
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.photo_store import PhotoStore
from claims.repository.book import Books
from claims.rescore.engines.local import Local
from claims.rescore.history import Cases, read_cases, rules_of
from claims.rescore.manifest import chunks
from claims.rescore.photo_files_kept import KeptPhotos
from claims.rescore.run import run
from claims.rescore.work import Work
from claims.rule_sources import RuleFile
from claims.rulebook import Rulebook
from claims.states import Role
from inference.detector import PhotoDetector
from inference.images import IntakeLimits
from model.manifest import Manifest

SCRATCH = scene("01-scratched-door-two-views")
DOOR = "steel,125,2000,1000,740,4.0,1.5,2.4,1.0,2.5,5.0"


@dataclass(frozen=True)
class Given:
    """A detector that is there (a ``DetectorChoice``)."""

    detector: PhotoDetector

    @property
    def manifest(self) -> Manifest:
        return self.detector.manifest

    def open(self) -> PhotoDetector:
        return self.detector


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return in_review(house, notice, SCRATCH)


def store(house: House) -> Callable[[], PhotoStore]:
    return lambda: house.photos


def scored(house: House, rulebook: Rulebook, folder: Path) -> Path:
    eyes = Eyes(detector=house.eyes.detector, limits=IntakeLimits(), rulebook=rulebook)
    work = Work(
        out=folder / "out",
        cache=folder / "cache",
        files=KeptPhotos(store(house)),
        detector=Given(house.eyes.detector),
        sources=rulebook.sources,
        looked_with=looked_with(eyes),
        kept=rules_of(house.books),
    )
    rows = read_cases(house.books, Cases(), rulebook.policy)
    assert run(work, chunks(rows), Local(0)).cases == 1
    return work.out


def test_under_the_same_rules_nothing_moves(house: House, case: Case, tmp_path: Path) -> None:
    out = scored(house, house.rulebook, tmp_path / "run")
    [row] = rows_of(out, "cases")
    assert (row["case_id"], row["total"], row["route"]) == (
        case.now.number,
        row["previous_total"],
        row["previous_route"],
    )
    assert not rows_of(out, "moved")


def test_under_other_prices_and_another_policy_each_has_its_share(house: House, case: Case, tmp_path: Path) -> None:
    dearer = changed(house.rulebook, RuleFile.PARTS, f"{DOOR},480", f"{DOOR},580")
    both = changed(dearer, RuleFile.POLICY, "photo_only_below: ", "photo_only_below: 1")
    out = scored(house, both, tmp_path / "run")
    [row] = rows_of(out, "cases")
    [moved] = rows_of(out, "moved")
    assert (moved["sources"], moved["before"], moved["after"]) == (["prices"], row["previous_total"], row["total"])
    assert moved["after"] > moved["before"]


def test_what_a_person_decided_is_the_final_bill(house: House, case: Case, tmp_path: Path) -> None:
    senior = somebody(house, Role.SENIOR)
    case.do(senior, AT + HOUR, queue.take)
    version = case.see(senior, AT + HOUR, reviewing.review_of).version
    case.do(senior, AT + HOUR, deciding.approve, version, "看过照片", despite_cover="unknown")
    [row] = rows_of(scored(house, house.rulebook, tmp_path / "run"), "cases")
    assert row["final_amount"] == row["total"]
    assert "front_door" in row["final_lines"]
