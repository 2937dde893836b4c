"""A small manifest with pictures, to try a run with and to copy the columns from: ``quickclaim rescore --example``."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from claims.rescore.example_pictures import close_up, whole_car
from claims.rescore.manifest_write import write_csv, write_jsonl, write_parquet
from model.errors import RescoreError

README: Final = "README.md"
_CASES: Final = 12
_FIRST: Final = date(2025, 8, 4)
_CARS: Final = (
    ("CN1_lt60k", "五菱", "宏光", True),
    ("CN2_60_150k", "大众", "朗逸", False),
    ("CN2_60_150k", "比亚迪", "秦", True),
)
_KNOWN: Final = {
    **dict.fromkeys(("single_party", "policy_active", "plate_matches_policy", "drivable"), True),
    **dict.fromkeys(("injury", "third_party_property", "airbag_deployed", "fluid_leak", "misaligned_gaps"), False),
    **dict.fromkeys(("underbody_or_charge_port", "coverage_red_flag", "adas"), False),
}
_COLUMNS: Final = (
    *("case_id", "photos", "month", "region", "shop", "vehicle_class", "make", "model", "year"),
    *("new_energy", *_KNOWN, "cause", "lost_at", "deductible", "final_amount", "final_lines"),
    *("previous_total", "previous_low", "previous_high", "previous_route", "previous_versions"),
)


def write_example(folder: Path) -> None:
    """The same cases as ``manifest.csv``, ``manifest.jsonl`` and ``manifest.parquet``, their pictures, and a README.

    One row is wrong on purpose. Raises ``RescoreError`` ``not_empty`` for a folder that holds anything, ``unwritable``.
    """
    try:
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        if len(list(folder.iterdir())) > 1 or any((folder / "photos").iterdir()):
            raise RescoreError("not_empty", file=folder.name)
        _write(folder)
    except OSError as error:
        raise RescoreError("unwritable", str(error.strerror), file=folder.name) from error


def _write(folder: Path) -> None:
    for number in range(_CASES):
        scratch = _scratch(number)
        (folder / _photo(number, "car")).write_bytes(whole_car(number, scratch))
        (folder / _photo(number, "door")).write_bytes(close_up(number, scratch))
    records = [*map(_record, range(_CASES)), _bad_record()]
    write_csv(folder / "manifest.csv", records, _COLUMNS)
    write_jsonl(folder / "manifest.jsonl", records)
    write_parquet(folder / "manifest.parquet", records, _COLUMNS)
    text = files(__package__).joinpath("example_readme.md").read_text("utf-8")
    (folder / README).write_text(text, "utf-8")


def _photo(number: int, view: str) -> str:
    return f"photos/{number + 1:02}-{view}.jpg"


def _scratch(number: int) -> float:
    """Every fourth car has none."""
    return 0 if number % 4 == 3 else 0.3 + 0.05 * number


def _record(number: int) -> dict[str, Any]:
    vehicle_class, make, model, new_energy = _CARS[number % len(_CARS)]
    lost = _FIRST + timedelta(days=17 * number)
    return {
        "case_id": f"EXAMPLE-{number + 1:02}",
        "photos": [_photo(number, "car"), _photo(number, "door")],
        "month": f"{lost:%Y-%m}",
        "region": "CN",
        "shop": "4S" if number % 3 == 0 else "general_shop",
        "vehicle_class": vehicle_class,
        "make": make,
        "model": model,
        "year": 2016 + number % 9,
        "new_energy": new_energy,
        **_KNOWN,
        "cause": "scrape",
        "lost_at": f"{lost.isoformat()}T18:05:00+08:00",
        "deductible": Decimal(0),
        **dict(_outcome(number)),
    }


def _outcome(number: int) -> Iterator[tuple[str, Any]]:
    """Most cases have ended; of some only the amount is known, of some an earlier estimate."""
    paid = Decimal(420 + 35 * number) if _scratch(number) else Decimal(0)
    line = {"part": "front_door", "side": "left", "operation": "refinish", "amount": paid}
    if number % 5 != 4:
        yield "final_amount", paid
        yield "final_lines", ([line] if paid else []) if number % 3 != 2 else None
    if number % 2 == 0:
        yield "previous_total", paid + 30
        yield "previous_low", paid - 60
        yield "previous_high", paid + 140
        yield "previous_route", "human_review"
        yield "previous_versions", {"model": "example-1", "prices": "p1", "rules": "r1", "policy": "t1"}


def _bad_record() -> dict[str, Any]:
    """Whoever wrote it has put the shop's words into a column that knows only some."""
    return {**_record(0), "case_id": "EXAMPLE-13", "cause": "kerb in the car park"}
