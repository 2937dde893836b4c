"""What is sent to the service about a case: first notices of loss, and photos that nobody has sent before."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from claims.identifiers import check_character

FOLDERS: Final = ("damaged_unlabelled", "damage_types", "undamaged", "car_parts", "damage_outlines")
"""Of the photos beside the repository; those of ``damaged_parts`` are small crops."""


def report(number: int) -> dict[str, Any]:
    """A first notice of loss with every question answered as for the smallest of cases, five hours ago.

    ``number`` is that of the car and of its policy, below 100,000.
    """
    happened = datetime.now(UTC) - timedelta(hours=5)
    no = ("injury", "third_party_property", "airbag_deployed", "fluid_leak", "misaligned_gaps")
    yes = ("single_party", "driver_licensed", "driver_sober", "drivable")
    notice = {
        "region": "CN",
        "policy_number": f"PDAA2026310100000{number:05}",
        "plate": f"沪A{number:05}",
        "vin": vin(number),
        "happened_at": happened.isoformat(),
        "place": {"text": "人民广场地下车库B2", "highway": False},
        "cause": "scrape",
        "course": "倒车时擦到立柱",
        "contact": {"name": "王小明", "phone": "13812345678", "language": "zh", "channel": "sms"},
        "underbody_or_charge_port": False,
    }
    answers = dict.fromkeys(no, False) | dict.fromkeys(yes, True)
    return {"notice": notice | answers, "vehicle": {"vehicle_class": "CN2_60_150k", "new_energy": False, "adas": False}}


def vin(number: int) -> str:
    """Of one car among 100,000, with its check digit."""
    drawn = f"LSVAU2180N21{number:05}"
    return drawn[:8] + check_character(drawn) + drawn[9:]


def real_photos(shared: Path) -> list[Path]:
    """All photos of cars beside the repository, those of one folder between those of the others."""
    folders = [sorted((shared / "datasets" / name).rglob("*.jpg")) for name in FOLDERS]
    longest = max(map(len, folders))
    return [folder[index] for index in range(longest) for folder in folders if index < len(folder)]


def cases(photos: Sequence[Path], each: int = 4) -> Iterator[list[bytes]]:
    """``each`` photos at a time, for ever. Every file is one of its own, by a comment in it; a picture may repeat."""
    number = 0
    while True:
        case = [photos[(number + index) % len(photos)].read_bytes() for index in range(each)]
        yield [stamped(content, f"{time.time_ns()}/{number + index}") for index, content in enumerate(case)]
        number += each


def stamped(jpeg: bytes, text: str) -> bytes:
    """The same picture as another file: with a comment (COM) behind the start of the image."""
    comment = text.encode("ascii")
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]
