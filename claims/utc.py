"""Moments in UTC, and as text to the microsecond: every moment has one spelling, and texts sort as moments do."""

from datetime import UTC, datetime


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ``ValueError`` for a time without a zone: it could be any moment."""
    if moment.utcoffset() is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def as_text(moment: datetime) -> str:
    """2026-11-22T08:00:00.000000Z. Raises ``ValueError`` for a time without a zone."""
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
