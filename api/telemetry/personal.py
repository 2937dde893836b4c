"""What looks like personal data or a secret in a line of the log: the second line of defence.

The first is that nothing personal is handed to a logger at all. This one knows forms, not meanings: plates, vehicle
identification, policy, telephone and card numbers, coordinates, addresses of people and machines, keys and tokens,
and any word that is not written in ASCII, as names and Chinese plates are. It would rather withhold too much.
"""

import re
from collections.abc import MutableMapping
from typing import Any, Final

from structlog.typing import WrappedLogger

WITHHELD: Final = "[withheld]"
KEYS: Final = frozenset(
    {
        "actor",
        "app",
        "at",
        "attempt",
        "cause",
        "check",
        "claim",
        "code",
        "count",
        "event",
        "fault",
        "job",
        "kind",
        "level",
        "logger",
        "method",
        "ms",
        "request_id",
        "route",
        "seconds",
        "state",
        "status",
        "where",
        "worker",
    }
)
"""Everything that a line may say. Ids are those of rows and requests; nobody's name, number, address or place."""

_IDS = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{64})(?![0-9A-Za-z])"
)
"""UUIDs and hashes, which may hold any digits."""

_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        r"[^\x00-\x7f]",
        r"(?<![0-9A-Za-z])(?=[0-9]*[A-Z])(?=(?:[A-Z]*[0-9]){2})[0-9A-Z]{5,}(?![0-9A-Za-z])",  # plate, policy
        r"(?<![0-9A-Za-z])(?=(?:[A-Za-z]*[0-9]){3})[0-9A-HJ-NPR-Za-hj-npr-z]{17}(?![0-9A-Za-z])",  # VIN
        r"(?<![0-9A-Za-z])[0-9](?:[ ().\-/]{0,2}[0-9]){7,}(?![0-9A-Za-z])",  # telephone, card, IPv4
        r"[0-9]{1,3}\.[0-9]{4,}",  # coordinates
        r"[^\s@]+@[^\s@]+\.[^\s@]+",  # e-mail
        r"(?:[0-9a-f]{0,4}:){3,}[0-9a-f]{0,4}",  # IPv6
        r"(?=[\w-]*[0-9])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{20,}|\bqc_\w+",  # tokens and keys
    )
)


def personal(text: str) -> bool:
    """Whether anything in a text has the form of personal data or of a secret."""
    rest = _IDS.sub("", text)
    return any(form.search(rest) for form in _FORMS)


def withhold(_: WrappedLogger, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: only ``KEYS``, only text and numbers, and nothing that looks personal."""
    return {key: _shown(value) for key, value in event.items() if key in KEYS and _plain(value)}


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _shown(value: Any) -> Any:
    return WITHHELD if isinstance(value, str | int | float) and personal(str(value)) else value
