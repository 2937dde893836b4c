"""What attribution was told and what it said: the verdict on each damage, and the shares of right and wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.findings import PartRef
from model.vocabulary import Part, Side
from training.bootstrap import Estimate, resamples, share_estimate

ROWS: Mapping[str, frozenset[Part]] = {
    "front bumper": frozenset({Part.FRONT_BUMPER}),
    "rear bumper": frozenset({Part.REAR_BUMPER}),
    "grille": frozenset({Part.GRILLE}),
    "headlight": frozenset({Part.HEADLIGHT}),
    "taillight": frozenset({Part.TAILLIGHT}),
    "hood": frozenset({Part.HOOD}),
    "boot": frozenset({Part.TRUNK_LID, Part.TAILGATE}),
    "fender": frozenset({Part.FRONT_FENDER}),
    "quarter panel": frozenset({Part.QUARTER_PANEL}),
    "doors": frozenset({Part.FRONT_DOOR, Part.REAR_DOOR}),
    "rocker": frozenset({Part.ROCKER_PANEL}),
    "roof": frozenset({Part.ROOF}),
    "windscreens": frozenset({Part.WINDSHIELD, Part.BACK_GLASS}),
    "side glass": frozenset({Part.DOOR_GLASS, Part.QUARTER_GLASS}),
    "mirror, wheel, fog light": frozenset({Part.SIDE_MIRROR, Part.WHEEL, Part.TIRE, Part.FOG_LIGHT}),
    "all": frozenset(Part),
}


class Verdict(StrEnum):
    """``OPEN``: nothing wrong was said, but no one part with its side either."""

    RIGHT = "right"
    WRONG = "wrong"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One damage or damaged region: where people put it, where attribution does. ``said``: candidates of each
    attribution; a large damage may get several. ``cluster``: near-copies of a photo share one."""

    truth: PartRef
    said: tuple[tuple[PartRef, ...], ...]
    cluster: str

    @property
    def verdict(self) -> Verdict:
        """Wrong as soon as one attribution rules the true place out."""
        if any(refs and not any(_may_be(ref, self.truth) for ref in refs) for refs in self.said):
            return Verdict.WRONG
        exact = all(len(refs) == 1 and _is(refs[0], self.truth) for refs in self.said)
        return Verdict.RIGHT if self.said and exact else Verdict.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table: shares of right, wrong and left open, with intervals."""

    row: str
    n: int
    right: Estimate
    wrong: Estimate
    left_open: Estimate


def lines(told: Sequence[Told]) -> list[Line]:
    """One line per row of ``ROWS`` of which there is anything."""
    found = []
    for row, parts in ROWS.items():
        mine = [item for item in told if item.truth.part in parts]
        if mine:
            right, wrong, left_open = (_share(mine, verdict) for verdict in Verdict)
            found.append(Line(row=row, n=len(mine), right=right, wrong=wrong, left_open=left_open))
    return found


def print_table(name: str, told: Sequence[Told]) -> None:
    """A table in Markdown on standard output."""
    print(f"\n**{name}**\n\n| part | n | right | wrong | left open |\n|---|---|---|---|---|")  # noqa: T201
    for line in lines(told):
        shares = " | ".join(_text(share) for share in (line.right, line.wrong, line.left_open))
        print(f"| {line.row} | {line.n} | {shares} |")  # noqa: T201


def _text(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"


def _share(told: Sequence[Told], verdict: Verdict) -> Estimate:
    clusters = [item.cluster for item in told]
    return share_estimate(np.array([item.verdict is verdict for item in told]), resamples(clusters), clusters)


def _may_be(ref: PartRef, truth: PartRef) -> bool:
    return ref.part is truth.part and (ref.side is truth.side or Side.UNKNOWN in (ref.side, truth.side))


def _is(ref: PartRef, truth: PartRef) -> bool:
    return ref.part is truth.part and truth.side in (ref.side, Side.UNKNOWN)
