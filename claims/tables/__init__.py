"""Every table, in one ``metadata``. What a row is: docs/decisions/0009. Only the repository reads and writes them."""

from claims.tables.cases import claim_tokens, claims, notices, observations, photo_bands, photos
from claims.tables.clocks import deadlines, escalations, feedback, follow_ups
from claims.tables.course import complaints, fraud_facts, materials, moves, stated, third_party
from claims.tables.estimates import assessments, corrections, examples, line_values, proposals, rule_texts
from claims.tables.kinds import metadata
from claims.tables.log import audit, audit_anchors, audit_head
from claims.tables.money import offers, payments
from claims.tables.people import app_keys, apps, people, strangers
from claims.tables.work import idempotency, jobs, outbox, webhooks

__all__ = [
    "app_keys",
    "apps",
    "assessments",
    "audit",
    "audit_anchors",
    "audit_head",
    "claim_tokens",
    "claims",
    "complaints",
    "corrections",
    "deadlines",
    "escalations",
    "examples",
    "feedback",
    "follow_ups",
    "fraud_facts",
    "idempotency",
    "jobs",
    "line_values",
    "materials",
    "metadata",
    "moves",
    "notices",
    "observations",
    "offers",
    "outbox",
    "payments",
    "people",
    "photo_bands",
    "photos",
    "proposals",
    "rule_texts",
    "stated",
    "strangers",
    "third_party",
    "webhooks",
]
