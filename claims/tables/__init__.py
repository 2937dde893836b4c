"""Every table, in one ``metadata``. What a row is: docs/decisions/0009. Only the repository reads and writes them."""

from claims.tables.cases import claim_tokens, claims, notices, photo_bands, photos
from claims.tables.clocks import deadlines, escalations, feedback, follow_ups
from claims.tables.estimates import assessments, corrections, examples, line_values, proposals, rule_texts
from claims.tables.kinds import metadata
from claims.tables.log import audit, audit_head
from claims.tables.people import app_keys, apps, people
from claims.tables.work import idempotency, jobs, outbox, webhooks

__all__ = [
    "app_keys",
    "apps",
    "assessments",
    "audit",
    "audit_head",
    "claim_tokens",
    "claims",
    "corrections",
    "deadlines",
    "escalations",
    "examples",
    "feedback",
    "follow_ups",
    "idempotency",
    "jobs",
    "line_values",
    "metadata",
    "notices",
    "outbox",
    "people",
    "photo_bands",
    "photos",
    "proposals",
    "rule_texts",
    "webhooks",
]
