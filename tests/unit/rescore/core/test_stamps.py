"""Slow places are asked many times at once, and tell the same."""

import time
from dataclasses import dataclass
from threading import get_ident

from rescored_drawn import historical

from claims.rescore.photo_files import PhotoGone
from claims.rescore.stamps import Stamps, stamps_of
from model.notes import note


@dataclass
class Bucket:
    """Answers after ``seconds``; does not know photos that are called lost."""

    seconds: float
    asked_by: set[int]

    def stamp(self, uri: str) -> str:
        time.sleep(self.seconds)
        self.asked_by.add(get_ident())
        if uri == "lost":
            raise PhotoGone("photo_missing")
        return f"{uri} 1"

    def read(self, uri: str) -> bytes:
        raise AssertionError(f"a stamp reads nothing of {uri}")


CASES = [historical(row, photos=(f"{row}-a", "lost" if row == 5 else f"{row}-b")) for row in range(20)]


def test_a_slow_place_tells_the_same_as_a_quick_one() -> None:
    quick, slow = Bucket(0, set()), Bucket(0.01, set())
    told = stamps_of(CASES, quick)
    assert told == stamps_of(CASES, slow)
    assert len(slow.asked_by) > 1
    assert told[3] == Stamps(photos=("3-a 1", "3-b 1"))
    assert told[5] == Stamps(number=2, gone=note("rescore.photo_missing"))


def test_no_case_has_no_stamps() -> None:
    assert stamps_of([], Bucket(0, set())) == []
