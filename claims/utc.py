"""Moments as text: UTC to the microsecond, so that every moment has one spelling and texts sort as moments do."""

from datetime import UTC, datetime


def as_text(moment: datetime) -> str:
    """2026-11-22T08:00:00.000000Z. Raises ``ValueError`` for a time without a zone."""
    if moment.utcoffset() is None:
        raise ValueError("a moment has a zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
