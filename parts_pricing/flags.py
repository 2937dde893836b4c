"""Reason codes that pricing sets on lines. Triage turns them into reasons for a person to look."""

from enum import StrEnum


class Flag(StrEnum):
    """Why a person should look at a line."""

    ADAS = "ADAS"
    BETTERMENT = "BETTERMENT"
    BORDERLINE_RR = "BORDERLINE_RR"
    PART_UNCLEAR = "PART_UNCLEAR"
    REVIEW_RULE = "REVIEW_RULE"
    STALE_PRICE = "STALE_PRICE"
    STRUCTURAL = "STRUCTURAL"
    TOTAL_LOSS = "TOTAL_LOSS"
    UNPRICED = "UNPRICED"
