"""A run's folder in, all its figures out."""

from pathlib import Path

import numpy as np

from claims.rescore.figures.cases import Cases
from claims.rescore.figures.drift import drift
from claims.rescore.figures.groups import groups
from claims.rescore.figures.lines import Lines
from claims.rescore.figures.look import worth_a_look
from claims.rescore.figures.measures import Judged, measures
from claims.rescore.figures.money import Steps, money_moved
from claims.rescore.figures.photos import PhotoUse
from claims.rescore.figures.quality import quality
from claims.rescore.figures.results.figures import Figures, Settings
from claims.rescore.figures.run_tables import RunTables
from claims.rescore.figures.scores import Scores
from claims.rescore.figures.spread import distributions


def make_figures(out: Path, settings: Settings | None = None) -> Figures:
    """What the finished chunks of a run add up to: the same figures from the same tables.

    Raises ``RescoreError`` ``rescore.unreadable_table``.
    """
    settings = settings or Settings()
    tables = RunTables(out)
    cases = Cases.read(tables)
    judged = Judged.of(cases, Lines.estimated(tables, cases), settings)
    photos, scores = PhotoUse.read(tables), Scores.read(tables)
    return Figures(
        settings=settings,
        overall=measures(judged, np.ones(len(cases), dtype=np.bool_)),
        by=groups(judged),
        money_moved=money_moved(cases, Steps.read(tables, cases), settings),
        worth_a_look=worth_a_look(judged, photos),
        distributions=distributions(judged, tables, scores.labels),
        drift=drift(cases, judged.lines_per_case, photos.per_case(), scores.quantiles),
        quality=quality(judged, photos, tables),
    )
