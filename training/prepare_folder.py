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
from training.whole_files import replace


def write(
    recipe: Recipe,
    root: Path,
    out: Path,
    *,
    own: Mapping[str, LabelledPhoto] | None = None,
    settle_leaks: bool = False,
    leave_out_unusable: bool = False,
) -> PrepareReport:
    """Prepare and leave everything in ``out``: the same bytes for the same input. What may be said: see ``prepare``.

    The page carries photos of the sets: it belongs under ``build/``, never into a repository.
    """
    made = prepare(
        recipe,
        root,
        own=own,
        remembered=out / FILE,
        settle_leaks=settle_leaks,
        leave_out_unusable=leave_out_unusable,
    )
    found = report(made)
    html = page(found, sheets(made.prepared, root, made.meanings))
    made.prepared.write(out)
    replace(out / "report.json", (found.model_dump_json(indent=1) + "\n").encode())
    replace(out / "report.html", html.encode())
    return found
