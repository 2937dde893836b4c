"""Words that only rows use."""

from enum import StrEnum


class ProposalKind(StrEnum):
    """What waits for a second person."""

    PRICES = "prices"
    POLICY = "policy"


class ProposalState(StrEnum):
    """What became of it."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class JobState(StrEnum):
    """Where a job is. ``failed``: given up after its last attempt."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class OfferEnd(StrEnum):
    """Why an offer holds no longer. Acceptance is no end: what was agreed holds until something else does."""

    SUPERSEDED = "superseded"
    RECALLED = "recalled"
    CONTESTED = "contested"
    REFUSED = "refused"
    EXPIRED = "expired"
    COVER_CHANGED = "cover_changed"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    """Why money came back. The bank's own words are not kept: they may name an account."""

    WRONG_ACCOUNT = "wrong_account"
    WRONG_NAME = "wrong_name"
    ACCOUNT_CLOSED = "account_closed"
    OTHER = "other"
