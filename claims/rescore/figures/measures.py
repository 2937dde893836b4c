"""How right some of the cases are: every share and mean of them, with n and interval."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from claims.rescore.figures.arrays import Bools, Ints, as_amount
from claims.rescore.figures.bootstrap import mean, ratio
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.lines import Lines
from claims.rescore.figures.results.figures import Amounts, LineFigures, Measures, Settings
from claims.rescore.figures.results.values import Share
from claims.rescore.figures.shares import exact_share, share
from claims.rescore.figures.verdicts import Verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The cases with their lines and verdicts, which all figures are made of."""

    cases: Cases
    estimated: Lines
    final: Lines
    verdicts: Verdicts
    settings: Settings

    @classmethod
    def of(cls, cases: Cases, estimated: Lines, settings: Settings) -> Self:
        """Judge every case of a run."""
        final = Lines.final(cases)
        verdicts = Verdicts.of(cases, estimated, final, settings)
        return cls(cases=cases, estimated=estimated, final=final, verdicts=verdicts, settings=settings)

    @property
    def lines_per_case(self) -> Ints:
        """(n,): how many lines each estimate has."""
        counts: Ints = np.bincount(self.estimated.case, minlength=len(self.cases)).astype(np.int64)
        return counts


def measures(judged: Judged, chosen: Bools) -> Measures:
    """Of the ``chosen`` cases, (n,)."""
    cases, said = judged.cases, judged.verdicts
    ended = chosen & cases.has_final
    offered = chosen & cases.offered
    supplemented = chosen & said.outgrown & ~np.isnan(said.growth)
    return Measures(
        cases=int(chosen.sum()),
        within_10=share_of(said.within_10, ended),
        within_20=share_of(said.within_20, ended),
        within_10_estimated=share_of(said.within_10, ended & (cases.total > 0)),
        coverage=share_of(said.inside, ended),
        amounts=_amounts(judged, ended),
        lines=_lines(judged, chosen & said.lines_known),
        supplement_rate=share_of(said.outgrown, chosen & said.outgrown_known),
        supplement_share=mean(said.growth[supplemented], draws=judged.settings.draws),
        straight_through=share_of(cases.offered, chosen),
        straight_through_error=error_of_offers(judged, offered),
    )


def share_of(hits: Bools, among: Bools) -> Share:
    """The share of hits among some, (n,) each."""
    return share(int((hits & among).sum()), int(among.sum()))


def error_of_offers(judged: Judged, offered: Bools) -> Share:
    """The share of instant offers that were off, among those whose final amount is known."""
    ended = offered & judged.cases.has_final
    return exact_share(int((judged.verdicts.off & ended).sum()), int(ended.sum()))


def amounts_of(currency: str, total: Ints, final: Ints, *, draws: int) -> Amounts:
    """Bias and error of totals against final amounts, (cases,) each, in one currency."""
    return Amounts(
        currency=currency,
        n=len(total),
        estimated=as_amount(int(total.sum())),
        final=as_amount(int(final.sum())),
        bias=ratio((total - final).astype(np.float64), final.astype(np.float64), draws=draws),
        error=mean(np.abs(total - final) / 10_000, draws=draws),
    )


def line_figures(estimated: Ints, final: Ints, matched: Ints, *, draws: int) -> LineFigures:
    """Precision, recall and F1 of lines counted by case, (cases,) each."""
    ours, theirs, both = (counts.astype(np.float64) for counts in (estimated, final, matched))
    return LineFigures(
        estimated=int(estimated.sum()),
        final=int(final.sum()),
        matched=int(matched.sum()),
        precision=ratio(both, ours, draws=draws, proportion=True),
        recall=ratio(both, theirs, draws=draws, proportion=True),
        f1=ratio(2 * both, ours + theirs, draws=draws, proportion=True),
    )


def _amounts(judged: Judged, ended: Bools) -> tuple[Amounts, ...]:
    cases, draws = judged.cases, judged.settings.draws
    chosen = ((name, ended & cases.currency.equal(name)) for name in cases.currencies)
    return tuple(amounts_of(name, cases.total[of], cases.final[of], draws=draws) for name, of in chosen if of.any())


def _lines(judged: Judged, known: Bools) -> LineFigures:
    said = judged.verdicts
    return line_figures(said.estimated[known], said.final[known], said.matched[known], draws=judged.settings.draws)
