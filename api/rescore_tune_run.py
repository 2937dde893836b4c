"""From the folder of a run to its tally: the same tables, the same caches, and no photo looked at again."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from api.rescore_setup import Asked, prepare
from api.settings import Settings
from claims.policy import TriagePolicy
from claims.rescore.basis import Basis
from claims.rescore.manifest import chunks
from claims.rescore.origin import Origin
from claims.rescore.tune.crew import Progress, simulated
from claims.rescore.tune.curve import Outcome, Test, outcome
from claims.rescore.tune.grid import Grid
from claims.rescore.tune.proposal import proposed_text
from claims.rescore.tune.rules import TuneRules
from claims.rescore.tune.same_cases import check_cases, only
from claims.rescore.tune.tally import Tally
from claims.rule_sources import RuleFile
from model.errors import RescoreError
from model.naming import shown_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The cases of a run, decided under every setting. ``policy_text``: the policy of the run as it was written."""

    tally: Tally
    grid: Grid
    policy_text: str
    versions: dict[str, str]

    def outcome(self, *, bound: float, confidence: float) -> Outcome:
        """What can be promised."""
        return outcome(self.tally, self.grid, bound=bound, confidence=confidence, versions=self.versions)

    def proposal(self, found: Outcome, proposed: Test) -> str:
        """The text of the proposed policy. Raises ``RescoreError`` ``rescore.policy_text``."""
        return proposed_text(self.policy_text, found, proposed, self.grid)


def simulate(
    out: Path, manifest: str | None, settings: Settings, *, cache: Path | None = None, processes: int | None = None
) -> Simulated:
    """The cases of a run, by its tables, rules and policy. ``manifest``: where that of the run lies, if it has moved.

    Raises ``RescoreError``: ``no_run``; ``no_origin`` where the run does not say where its cases came from;
    ``other_cases`` where those that are read now are not those of the run, beforehand or while they are counted;
    ``no_finals`` where no case says how it ended; and as ``prepare``, reading the cases, and ``simulated``.
    """
    basis, rules = _basis(out), TuneRules.shipped()
    origin = _origin(basis, out, manifest)
    [text] = [source.content for source in basis.sources if source.file is RuleFile.POLICY]
    asked = Asked(cases=origin.cases_for(out), out=out, cache=cache, limit=origin.limit)
    detector = basis.versions["model"].partition("@")[0]
    settings = settings.model_copy(update={"detector": detector, "region": basis.region})
    many = (os.cpu_count() or 1) if processes is None else processes
    with ExitStack() as held, _counting() as progress:
        ready = prepare(asked, settings, basis.today, held, lambda _: None)
        check_cases(out, ready.rows(basis))
        work = replace(ready.work, sources=basis.sources, looked_with=basis.looked_with, priced_on=basis.on)
        counted = chunks(only(out, ready.rows(basis)))
        tally = simulated(work, rules, counted, processes=many, progress=progress)
    if tally is None or not tally.whole.cases:
        raise RescoreError("no_finals", f"{0 if tally is None else tally.rows} rows")
    return Simulated(
        tally=tally,
        grid=Grid.of(TriagePolicy.from_yaml(text), rules.settings),
        policy_text=text,
        versions={"run": basis.footing[:12], **basis.versions, "tune": rules.version},
    )


def _basis(out: Path) -> Basis:
    basis = Basis.read(out)
    if basis is None:
        raise RescoreError("no_run", folder=shown_name(str(out)))
    return basis


def _origin(basis: Basis, out: Path, manifest: str | None) -> Origin:
    """That of the run; its manifest may lie elsewhere by now."""
    if manifest is not None:
        return Origin.seen_from(out, manifest, basis.origin.limit if basis.origin else None)
    if basis.origin is None:
        raise RescoreError("no_origin", folder=shown_name(str(out)))
    return basis.origin


@contextmanager
def _counting() -> Iterator[Progress | None]:
    """Rows that are done, on standard error where a person watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, SpinnerColumn
    from rich.progress import Progress as Bar

    with Bar(SpinnerColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done: bar.update(task, completed=done)
