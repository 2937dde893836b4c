"""Historical cases for benchmarks: photos that are each a file of their own, and the manifest that lists them."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from drawn_cars import close_up, side_view
from reports import FOLDERS, stamped

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = ROOT.parent / "shared"
_SEED: Final = 20261123
_A_FOLDER: Final = 1000
_TOGETHER: Final = 4
"""Photos of one folder that stay together: no benchmark gives a case more."""
_DRAWN: Final = 40
_CLASSES: Final = ("CN1_lt60k", "CN2_60_150k", "CN3_150_300k", "CN4_300_600k")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """``photos`` in the order of the cases, ``each`` to a case; ``drawn`` where no photos of cars were there."""

    folder: Path
    photos: tuple[Path, ...]
    each: int
    drawn: bool

    @classmethod
    def make(cls, folder: Path, cases: int, each: int) -> "Archive":
        """The photos of ``cases`` cases. Pictures repeat from case to case; no two files are the same bytes."""
        pictures = _pictures()
        drawn = pictures is None
        contents = cycle(_drawn() if pictures is None else pictures)
        photos = tuple(folder / f"{n // _A_FOLDER:03d}" / f"{n:06d}.jpg" for n in range(cases * each))
        for number, (path, content) in enumerate(zip(photos, contents, strict=False)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stamped(content if isinstance(content, bytes) else content.read_bytes(), str(number)))
        return cls(folder=folder, photos=photos, each=each, drawn=drawn)

    def manifest(self, cases: int, path: Path | None = None) -> Path:
        """A JSONL file of the first ``cases`` cases."""
        path = path or self.folder / f"cases-{cases}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(case, ensure_ascii=False) + "\n" for case in islice(self._cases(), cases))
        return path

    def first(self, cases: int) -> "Archive":
        """Only so many cases."""
        return replace(self, photos=self.photos[: cases * self.each])

    def _cases(self) -> Iterator[dict[str, Any]]:
        """Half of them with a final amount, a quarter with an earlier estimate: enough for every figure."""
        draw = random.Random(_SEED)  # noqa: S311
        for number in range(len(self.photos) // self.each):
            amount = round(draw.lognormvariate(7.3, 0.8), 2)
            case: dict[str, Any] = {
                "case_id": f"case-{number:06d}",
                "photos": [str(path) for path in self.photos[number * self.each : (number + 1) * self.each]],
                "assessed_on": "2026-11-23",
                "month": f"2026-{1 + number % 10:02d}",
                "vehicle_class": _CLASSES[number % len(_CLASSES)],
            }
            if number % 2:
                case["final_amount"] = str(amount)
            if number % 4 == 1:
                case["previous_total"] = str(round(amount * draw.uniform(0.7, 1.3), 2))
            yield case


def _pictures() -> Sequence[Path] | None:
    """Photos of cars: those of a case from one folder, as one phone sends them; cases from all folders by chance, as
    they come, so that the first thousand photos have the formats of all."""
    cases: list[tuple[Path, ...]] = []
    for name in FOLDERS:
        found = sorted((SHARED / "datasets" / name).rglob("*.jpg"))
        cases += [tuple(found[at : at + _TOGETHER]) for at in range(0, len(found), _TOGETHER)]
    random.Random(_SEED).shuffle(cases)  # noqa: S311
    return [path for case in cases for path in case] or None


def _drawn() -> Sequence[bytes]:
    return [draw(seed).content for seed in range(_DRAWN) for draw in (side_view, close_up)]
