"""A prepared set in its folder, with a report to read.

OUT/set.json, OUT/photos.jsonl     what training reads (see training/prepared.py)
OUT/report.json, OUT/report.html   what is in it, what was settled, and pictures to look at
OUT/fingerprints.jsonl             so that the next time is quick
"""

from collections.abc import Mapping
from pathlib import Path

from data.own_labels import LabelledPhoto
from training.fingerprints import FILE
from training.prepare import prepare
from training.prepare_counts import report
from training.prepare_page import page
from training.prepare_report import PrepareReport
from training.prepare_sheets import sheets
from training.recipe import Recipe


def write(
    recipe: Recipe, root: Path, out: Path, *, own: Mapping[str, LabelledPhoto] | None = None, strict: bool = False
) -> PrepareReport:
    """Prepare and leave everything in ``out``: the same bytes for the same input. ``own``, ``strict``: see ``prepare``.

    The page carries photos of the sets: it belongs under ``build/``, never into a repository.
    """
    made = prepare(recipe, root, own=own, remembered=out / FILE, strict=strict)
    made.prepared.write(out)
    found = report(made)
    (out / "report.json").write_text(found.model_dump_json(indent=1) + "\n", "utf-8")
    (out / "report.html").write_text(page(found, sheets(made.prepared, root, made.meanings)), "utf-8")
    return found
