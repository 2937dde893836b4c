"""How the business went week by week, counted by the database within bounds: ranges of ids, or of a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, case, distinct, func, select

from claims.hit_rate import Period
from claims.ids import first_id
from claims.repository.book import Book
from claims.repository.figures import Share
from claims.states import Owner
from claims.tables import assessments, claims
from claims.triage import Route


@dataclass(frozen=True, slots=True)
class Scores:
    """Confidences (0..1) of the damages that assessments found; ``assessed`` of them were read."""

    assessed: int
    confidences: tuple[float, ...]


def offered_at_once(book: Book, period: Period) -> Share:
    """Of cases that were assessed in the period, those that the machine would make an offer at once; each once."""
    hit = case((assessments.c.route == Route.INSTANT_OFFER, assessments.c.claim))
    counts = select(func.count(distinct(assessments.c.claim)), func.count(distinct(hit)))
    row = book.connection.execute(counts.where(_within(period))).one()
    return Share(row[0], row[1])


def scores(book: Book, period: Period, *, most: int) -> Scores:
    """Of the latest ``most`` assessments of the period."""
    query = select(assessments.c.document).where(_within(period)).order_by(assessments.c.id.desc()).limit(most)
    found = [json.loads(text)["damages"] for text in book.connection.execute(query).scalars()]
    return Scores(len(found), tuple(float(damage["confidence"]) for damages in found for damage in damages))


def waiting_since(book: Book, bounds: Sequence[datetime]) -> tuple[int, ...]:
    """Cases that wait for a person: how many since the first of falling ``bounds`` or later, then between each two, and
    at last those that wait for longer than all of them."""
    later = [claims.c.state_since >= bound for bound in bounds]
    between = [and_(after, ~before) for before, after in pairwise(later)]
    ages = [later[0], *between, ~later[-1]]
    counts = [func.coalesce(func.sum(case((age, 1), else_=0)), 0) for age in ages]
    row = book.connection.execute(select(*counts).where(claims.c.owner.in_((Owner.ADJUSTER, Owner.SPECIALIST)))).one()
    return tuple(int(count) for count in row)


def _within(period: Period) -> ColumnElement[bool]:
    return and_(assessments.c.id >= first_id(period.begins), assessments.c.id < first_id(period.ends))
