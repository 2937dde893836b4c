"""The proposed policy as a file for two people to look at: the text of the policy in force with other values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import yaml

from claims.policy import TriagePolicy
from claims.rescore.tune.curve import Outcome, Point, Test
from claims.rescore.tune.grid import Grid
from model.errors import RescoreError, RulesError

FIRST_LINE: Final = "# PROPOSAL of the policy simulator (quickclaim rescore tune). It is not in force."
_MARK: Final = "-proposal"
_LONGEST: Final = 48
"""Characters of a version before its hash, as the audit log takes them."""

Place = tuple[str, ...]


def proposed_text(text: str, found: Outcome, proposed: Test, grid: Grid) -> str:
    """``text``, the policy that ``grid`` lies over, with the values of what is proposed and a head that says why.

    Raises ``RescoreError`` ``rescore.policy_text`` for a text in which the values cannot be exchanged one by one.
    """
    before, wanted = TriagePolicy.from_yaml(text), grid.at(proposed.point.cell)
    declared = before.version.rpartition("@")[0].removesuffix(_MARK)
    version = f"{declared[: _LONGEST - len(_MARK)]}{_MARK}"
    changes = dict(_changes(before, wanted))
    written = _exchanged(_without_head(text), {("version",): f'"{version}"', **changes})
    _require_as_wanted(written, wanted, before)
    head = "\n".join(f"# {line}" for line in _head(found, proposed, before, changes))
    return f"{FIRST_LINE}\n{head}\n\n{written}"


def is_proposal(text: str) -> bool:
    """True for what ``proposed_text`` made."""
    return text.startswith(FIRST_LINE)


def _changes(before: TriagePolicy, wanted: TriagePolicy) -> Iterator[tuple[Place, str]]:
    for name in ("min_confidence", "min_low_share", "min_views", "max_damaged_panels", "max_repair_hours"):
        if getattr(before, name) != getattr(wanted, name):
            yield (name,), str(getattr(wanted, name))
    for region, market in wanted.markets.items():
        if market.simple_below != before.market(region).simple_below:
            yield ("markets", region, "simple_below"), f"{market.simple_below.normalize():f}"


def _exchanged(text: str, values: Mapping[Place, str]) -> str:
    """The text with other scalars; comments, order and all else stay as they are."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    marks = {place: _scalar(root, place) for place in values}
    for place, node in sorted(marks.items(), key=lambda item: item[1].start_mark.index, reverse=True):
        text = text[: node.start_mark.index] + values[place] + text[node.end_mark.index :]
    return text


def _scalar(node: yaml.Node | None, place: Place) -> yaml.ScalarNode:
    for step in place:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for key, value in pairs if key.value == step), None)
    if not isinstance(node, yaml.ScalarNode):
        raise RescoreError("policy_text", ".".join(place), field=".".join(place))
    return node


def _require_as_wanted(text: str, wanted: TriagePolicy, before: TriagePolicy) -> None:
    """The simulator decides without the random sample; the proposal keeps it as it is."""
    try:
        read = TriagePolicy.from_yaml(text)
    except RulesError as error:
        raise RescoreError("policy_text", error.detail, field="version") from error
    sample = {"version": read.version, "audit_sample_share": before.audit_sample_share}
    if read != wanted.model_copy(update=sample):
        raise RescoreError("policy_text", "the values read back differ", field="version")


def _without_head(text: str) -> str:
    """A proposal upon a proposal: the earlier head would tell of other cases."""
    return text.partition("\n\n")[2] if is_proposal(text) else text


def _head(found: Outcome, proposed: Test, before: TriagePolicy, changes: Mapping[Place, str]) -> Iterator[str]:
    yield "Two people look at it before anybody uses it. What it promises and assumes: docs/policy-simulator.md."
    yield f"Upon policy {before.version}; " + ", ".join(f"{name} {value}" for name, value in found.versions.items())
    promise = f"With {found.confidence:.1%} confidence at most {found.bound:.1%} of its instant offers are wrong,"
    yield f"{promise} as long as cases come as these did."
    yield f"Chosen by {found.explored} cases, tested on {found.tested} others: {_seen(proposed.point)}."
    yield f"The policy above, on all {found.explored + found.tested} cases: {_seen(found.in_force)}."
    yield "Changes: " + ("; ".join(_told(place, value, before) for place, value in changes.items()) or "none") + "."


def _seen(point: Point) -> str:
    offers, error = point.offers, point.error
    rates = [f"{one.value:.1%}" if one.value is not None else "none" for one in (offers, error)]
    return f"{offers.k} offers ({rates[0]} of cases), {error.k} wrong ({rates[1]})"


def _told(place: Sequence[str], value: str, before: TriagePolicy) -> str:
    old = before.market(place[1]).simple_below if len(place) > 1 else getattr(before, place[0])
    return f"{'.'.join(place)} {old} -> {value}"
