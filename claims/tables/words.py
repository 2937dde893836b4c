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
