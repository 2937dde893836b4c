"""The report as one HTML file that needs nothing else: no script, no request."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from api.report.sheet import LANG_TAGS
from api.report.standalone import style_hash, style_of, template
from api.rescore_report.accuracy import accuracy, straight_through
from api.rescore_report.drift import drift
from api.rescore_report.headline import headline, limits
from api.rescore_report.looks import looks
from api.rescore_report.moved import movement
from api.rescore_report.quality import quality
from api.rescore_report.run_facts import RunFacts
from api.rescore_report.spread import spread
from api.rescore_report.thumbnails import ReadPhoto
from api.rescore_report.words import Words
from claims.rescore.evidence import Evidence, evidence_of
from claims.rescore.figures.results.figures import SMALL, Figures
from claims.rescore.parts import Parts
from claims.rescore.whole_files import write_whole
from model.texts import Texts

NAME: Final = "report.html"
_STYLES: Final = ("css/tokens.css", "css/base.css", "rescore.css")
_NOTHING: Final[Mapping[str, float]] = MappingProxyType({})


def write_report(
    out: Path,
    figures: Figures,
    language: str,
    *,
    run: RunFacts,
    photo: ReadPhoto | None = None,
    thresholds: Mapping[str, float] = _NOTHING,
) -> Path:
    """Write ``report.html`` into the folder of a run; an earlier one is replaced whole. Returns where it lies.

    ``photo`` None leaves photos away; ``thresholds``: from which score on the boxes of a label are drawn. Raises
    ``RescoreError`` ``rescore.unreadable_table``, ``UsageError`` ``usage.output_unwritable``, ``RulesError`` for a
    language that is not spoken.
    """
    cases = {one.case_id for one in figures.worth_a_look}
    page = report(figures, evidence_of(out, cases, thresholds), language, run=run, photo=photo)
    path = out / NAME
    write_whole(path, page.encode(), aside=Parts(out).aside)
    return path


def report(
    figures: Figures, evidence: Evidence, language: str, *, run: RunFacts, photo: ReadPhoto | None = None
) -> str:
    """The same as text."""
    words, style = Words(Texts.load(language), run.labels), style_of(*_STYLES)
    return template("rescore/page.html.j2").render(
        say=words,
        tag=LANG_TAGS[language],
        style=style,
        style_hash=style_hash(style),
        head=headline(figures, run, words),
        accuracy=accuracy(figures, words),
        straight=straight_through(figures, words),
        moved=movement(figures, words),
        spread=spread(figures, words),
        drift=drift(figures, words),
        looks=looks(figures.worth_a_look, evidence.seen, photo, words),
        with_photos=photo is not None,
        quality=quality(figures, evidence.held, run.manifest, words),
        limits=limits(figures, words),
        few=SMALL,
    )
