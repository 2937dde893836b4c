"""What an assessment comes to, in the words of the top of a page: the amount, its range, what happens next."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from api.report.words import Words, open_ended
from claims.assess import Assessment
from claims.heavy_damage import REASON as HEAVY
from claims.policy import Span
from claims.triage import Route
from parts_pricing.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The one thing a reader looks for: the amount, or in ``label`` why there is none."""

    label: str
    amount: str | None = None

    @classmethod
    def of(cls, assessment: Assessment, words: Words) -> Self:
        """An offer names what is paid; an estimate what the repair costs."""
        code, amount = _headline(assessment)
        return cls(label=words.say(f"headline.{code}"), amount=None if amount is None else words.money(amount))


def _headline(assessment: Assessment) -> tuple[str, Decimal | None]:
    estimate = assessment.estimate
    if not assessment.usable:
        return "no_photo", None
    if not estimate.lines:
        return ("unpriced" if assessment.damages else "no_damage"), None
    if estimate.at_least and not estimate.total:
        return "unpriced", None
    if assessment.decision.route is Route.INSTANT_OFFER and estimate.net:
        return "instant_offer", estimate.net
    if _heavy(assessment):
        return "heavy", estimate.total
    return "so_far" if estimate.at_least else "estimate", estimate.total


def _heavy(assessment: Assessment) -> bool:
    return any(item.code == HEAVY for item in assessment.decision.reasons)


def likely(assessment: Assessment, words: Words) -> str | None:
    """The range in words; None where it would say nothing. It never speaks of more than what has a price."""
    estimate = assessment.estimate
    if estimate.low == estimate.high or (estimate.at_least and not estimate.total):
        return None
    code = "likely_heavy" if _heavy(assessment) else "likely_open" if open_ended(estimate) else "likely"
    return words.say(code, low=words.money(estimate.low), high=words.money(estimate.high))


def sums(estimate: Estimate, words: Words) -> list[tuple[str, str, str]]:
    """Name, amount and weight (``total`` or empty) of each row below the lines; what has no price is never zero."""
    if estimate.at_least and not estimate.total:
        rows = [("total", words.say("tag.unpriced"), "total"), *_taken_off(estimate, words)]
    else:
        far = "_so_far" if estimate.at_least else ""
        rows = [(f"total{far}", words.money(estimate.total), "total"), *_range(estimate, words)]
        rows += [*_taken_off(estimate, words), (f"net{far}", words.money(estimate.net), "total")]
    return [(words.say(f"sum.{name}"), amount, weight) for name, amount, weight in rows]


def _range(estimate: Estimate, words: Words) -> list[tuple[str, str, str]]:
    span = words.say("range", low=words.money(estimate.low), high=words.money(estimate.high))
    rows = [("range", span, "")] if estimate.low != estimate.high else []
    return [*rows, ("tax", words.money(estimate.tax), "")] if estimate.tax else rows


def _taken_off(estimate: Estimate, words: Words) -> list[tuple[str, str, str]]:
    """The deductible is always told in advance, even when it is nothing."""
    others = (("salvage", estimate.salvage), ("betterment", estimate.betterment))
    rows = [("deductible", words.money(estimate.deductible), "")]
    return rows + [(name, words.money(amount), "") for name, amount in others if amount]


def estimate_notes(estimate: Estimate, words: Words) -> list[str]:
    """What the estimate says about itself; not the deductible, which has a row, nor that it is empty."""
    bounded = estimate.at_least and not open_ended(estimate)
    told = {"pricing.estimate.deductible", "pricing.estimate.nothing", "pricing.estimate.at_least" if bounded else ""}
    notes = [words.texts.say(item) for item in estimate.notes if item.code not in told]
    return [*notes, words.say("verify")] if bounded else notes


def next_steps(assessment: Assessment, words: Words) -> list[str]:
    """What happens now, in sentences."""
    decision, lines = assessment.decision, assessment.estimate.lines
    steps = _first_steps(assessment, words)
    if decision.route is Route.HUMAN_REVIEW:
        steps.append(_deadline(decision.review_within, words))
    if decision.photo_only and lines:
        steps.append(words.say("next.photo_only"))
    if decision.police_report:
        steps.append(words.say("next.police_report"))
    return steps


def _first_steps(assessment: Assessment, words: Words) -> list[str]:
    """An offer of nothing would read as a refusal: it is explained instead."""
    route, estimate = assessment.decision.route, assessment.estimate
    if not estimate.lines and not assessment.damages:
        empty = "empty.no_damage" if assessment.usable else "empty.no_photo"
        return [words.say(empty), words.say(f"next.empty.{route.value}")]
    if estimate.net or estimate.at_least or not estimate.lines:
        return [words.say(f"next.{route.value}")]
    below = words.say("next.below_deductible")
    return [below] if route is Route.INSTANT_OFFER else [words.say(f"next.{route.value}"), below]


def _deadline(span: Span, words: Words) -> str:
    if span.working_days:
        return words.say("next.review_days", days=span.working_days)
    return words.say("next.review_hours", hours=span.hours)
