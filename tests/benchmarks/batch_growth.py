"""What a run costs and holds in memory as it grows, and what the same cases cost with other prices."""

import csv
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc
import pyarrow.dataset as ds
from batch_cases import Archive
from batch_runs import QUICKCLAIM, environment, looked, rescore

_DEARER: Final = Decimal("1.1")


def growth(archive: Archive, folder: Path, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """One cold run a size; what the last one kept stays in ``folder``."""
    told = []
    for cases in sizes:
        shutil.rmtree(folder, ignore_errors=True)
        ran = rescore(archive.manifest(cases), *_places(folder, "out"), home=folder / "home")
        rates = {"ms_per_case": 1000 * ran.seconds / cases, "photos_per_s": cases * archive.each / ran.seconds}
        rounded = {name: round(rate, 2) for name, rate in rates.items()}
        told.append({"cases": cases, "photos": cases * archive.each, **asdict(ran), **rounded})
    return told


def other_prices(archive: Archive, folder: Path, cases: int) -> dict[str, Any]:
    """The last run of ``growth`` again, after a dearer price table was imported: the whole command, report included.
    The caches are those that the run itself wrote."""
    home, table = folder / "home", _dearer(folder / "dearer.csv")
    subprocess.run([QUICKCLAIM, "prices", "import", table], env=environment(home), check=True, capture_output=True)
    ran = rescore(archive.manifest(cases), *_places(folder, "dearer"), home=home)
    before, after = (_total(folder / name) for name in ("out", "dearer"))
    return {"cases": cases, **asdict(ran), "looked": looked(home), "total_before": str(before), "total": str(after)}


def _places(folder: Path, out: str) -> tuple[str | Path, ...]:
    return "--out", folder / out, "--cache", folder / "cache", "--lang", "en"


def _total(out: Path) -> Decimal:
    total: Decimal = pc.sum(ds.dataset(out / "cases").to_table(columns=["total"])["total"]).as_py()
    return total


def _dearer(path: Path) -> Path:
    """The shipped table with every new part dearer."""
    rows = list(csv.DictReader(files("data").joinpath("prices", "parts.csv").read_text("utf-8-sig").splitlines()))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            price = row["oem_price"]
            writer.writerow({**row, "oem_price": (Decimal(price) * _DEARER).quantize(Decimal(1)) if price else price})
    return path
