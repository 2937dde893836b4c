"""From the rules of an earlier estimate to those of this run, one exchange after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from claims.moved import Source as Moves
from claims.rule_sources import RuleFile, Source
from claims.rulebook import Rulebook

FILES: Final[Mapping[Moves, tuple[RuleFile, ...]]] = MappingProxyType(
    {
        Moves.MODEL: (),
        Moves.PRICES: (RuleFile.PARTS, RuleFile.RATES),
        Moves.RULES: (RuleFile.REPAIR, RuleFile.PROFILES, RuleFile.CONSOLIDATE),
        Moves.POLICY: (RuleFile.POLICY,),
    }
)
"""What is exchanged in each step. Quality is judged when a photo is looked at: new limits show as the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``book``: the rules after this exchange; None for the last one, after which everything is new. ``priced_on``: the
    day whose prices hold then, None for each case's own."""

    source: Moves
    book: Rulebook | None
    priced_on: date | None = None


def steps_between(
    old: Sequence[Source], new: Sequence[Source], *, model: bool, days: tuple[date | None, date | None] = (None, None)
) -> tuple[Step, ...]:
    """What differs, in the order of ``claims.moved``; what does not is no step. ``model``: other things are seen.
    ``days`` whose prices held and hold: another day is a matter of prices.

    Raises ``PriceTableError`` or ``RulesError`` for an earlier file that can no longer be taken.
    """
    files, coming = ({source.file: source for source in sources} for sources in (old, new))
    changed = {file for file in RuleFile if files[file].sha256 != coming[file].sha256}
    other_day = {Moves.PRICES} if days[0] != days[1] else set[Moves]()
    differing = [source for source in Moves if changed.intersection(FILES[source]) or source in other_day]
    if model:
        differing.insert(0, Moves.MODEL)
    steps = []
    for source in differing[:-1]:
        files |= {file: coming[file] for file in FILES[source]}
        day = days[source is not Moves.MODEL]
        steps.append(Step(source=source, book=Rulebook.from_sources(files.values()), priced_on=day))
    return (*steps, *(Step(source=source, book=None) for source in differing[-1:]))
