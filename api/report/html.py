"""The assessment as one HTML file that needs nothing else: no script, no request, both languages."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from api.report.album import Album
from api.report.marks import PALETTE
from api.report.outputs import check_file, replacing
from api.report.sheet import Sheet
from api.report.standalone import style_hash, style_of, template
from claims.assess import Assessment
from claims.observe import PhotoSource
from model.texts import LANGUAGES, Texts


def write_report(
    assessment: Assessment, sources: Sequence[PhotoSource], path: Path, *, language: str, on: date
) -> None:
    """Write the report on ``sources`` (those that were assessed, in their order) to ``path``, ``language`` first.

    An earlier file is replaced whole. Raises ``UsageError``: ``usage.no_such_folder``, ``usage.output_is_folder``,
    ``usage.output_is_input`` when ``path`` is one of the photos, ``usage.output_unwritable``; ``RulesError`` for a
    language that is not spoken.
    """
    page = report(assessment, sources, language=language, on=on)
    check_file(path, sources)
    with replacing(path) as part:
        part.write_bytes(page.encode("utf-8"))


def report(
    assessment: Assessment, sources: Sequence[PhotoSource], *, language: str, on: date, claims_at: str | None = None
) -> str:
    """The same as text, with a link to ``claims_at`` where the damage can be reported."""
    order = [Texts.load(language), *(Texts.load(other) for other in LANGUAGES if other != language)]
    album = Album.of(assessment, sources)
    sheets = [Sheet.of(assessment, album, texts, on) for texts in order]
    style = _style()
    return template("report.html.j2").render(
        sheets=sheets, frames=album.frames, style=style, style_hash=style_hash(style), claims_at=claims_at
    )


@cache
def _style() -> str:
    """The style sheet with the colours of the marks, the same that the drawn photos use."""
    colours = "\n".join(f".c{index} {{ --mark: {colour}; }}" for index, colour in enumerate(PALETTE))
    return style_of("report.css") + colours + "\n"
