"""Why this amount: every line of the offer in force, as it is stored, with what people changed of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk
from claims.desk.reviewing import review_at
from claims.explanation import Amounts, Changed, ExplainedLine, Explanation, Seen
from claims.note_json import note_of
from claims.repository import assessments, offers
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.review_lines import ReviewedLine
from claims.stored_damages import damages_of
from model.findings import Damage


def explain(desk: Desk, claim_id: UUID) -> Explanation | None:
    """None while there is nothing to explain. Raises ``RightsError``; ``ReviewError`` ``not_reproduced`` for lines that
    a person changed and whose tables, or whose words, are gone.
    """
    claim = desk.seen(claim_id, Action.EXPLAIN)
    offer = offers.open_of(desk.book, claim.id)
    made = _made(desk, claim, offer)
    if made is None:
        return None
    lines = tuple(_lines(desk, claim, made, offer.review_version if offer else 0))
    reasons = offer.reasons if offer else ()
    return Explanation(
        number=claim.number,
        offer=offer.id if offer else None,
        machine=offer is None or offer.machine,
        assessment=made.id,
        inputs=made.estimate.inputs,
        on=made.estimate.on,
        versions=made.estimate.versions,
        reasons=reasons or tuple(map(note_of, made.estimate.told["decision"]["reasons"])),
        lines=lines,
        total=sum((line.amount for line in lines), Decimal(0)),
        amount=offer.amount if offer else Decimal(made.estimate.told["estimate"]["net"]),
        currency=made.currency,
    )


def _made(desk: Desk, claim: Claim, offer: Offer | None) -> Made | None:
    if offer is not None and offer.assessment is not None:
        return assessments.get(desk.book, offer.assessment)
    every = assessments.of_claim(desk.book, claim.id)
    return every[-1] if every else None


def _lines(desk: Desk, claim: Claim, made: Made, version: int) -> Iterator[ExplainedLine]:
    """The machine's lines are told as they are stored; tables are needed only for what a person changed."""
    told, damages = made.estimate.told["estimate"]["lines"], damages_of(made.estimate.document)
    if not version:
        yield from (_line(number, line, damages) for number, line in enumerate(told))
        return
    for line in review_at(desk, claim, made, version).lines:
        machine = _line(line.number, told[line.number], damages) if line.machine is not None else None
        yield _corrected(line, machine)


def _line(number: int, told: Mapping[str, Any], damages: Sequence[Damage]) -> ExplainedLine:
    return ExplainedLine(
        number=number,
        machine=Amounts.told(told),
        human=None,
        removed=False,
        changed=(),
        seen=tuple(_seen(damages[index] for index in told["damages"])),
        basis=tuple(map(note_of, told["basis"])),
        rule=told["rule"],
        price_row=told["price_row"],
        sources=tuple(told["sources"]),
    )


def _seen(damages: Iterator[Damage]) -> Iterator[Seen]:
    for damage in damages:
        for one in damage.evidence:
            yield Seen(photo=one.photo + 1, box=one.box, label=one.label, score=one.score)


def _corrected(line: ReviewedLine, machine: ExplainedLine | None) -> ExplainedLine:
    """The machine's explanation stays beside what a person made of it."""
    drawn = tuple(Seen(photo=mark.photo + 1, box=mark.box, label=None, score=None) for mark in line.marks)
    changed = tuple(Changed(role=touch.role, at=touch.at, why=touch.why) for touch in line.touches)
    human = None if line.human is None else Amounts.of(line.human)
    if machine is not None:
        moved = [(one.photo, one.box) for one in drawn] != [(one.photo, one.box) for one in machine.seen]
        seen = drawn if changed and moved else machine.seen
        return replace(machine, human=human, removed=line.removed, changed=changed, seen=seen)
    return ExplainedLine(
        number=line.number,
        machine=None,
        human=human,
        removed=line.removed,
        changed=changed,
        seen=drawn,
        basis=(),
        rule=None,
        price_row=None,
        sources=(),
    )
