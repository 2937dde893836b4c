"""Wrong passwords of logins that do not exist, counted as those of people are: neither answer tells which exist."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from claims.desk.sign_in import LockOut


class Strangers:
    """In the memory of one process, for at most ``most`` logins, by their blind index; the oldest are forgotten."""

    def __init__(self, policy: LockOut, *, most: int = 10_000) -> None:
        self._policy = policy
        self._most = most
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def locked_until(self, index: str) -> datetime | None:
        """Until when such a login is not looked at."""
        with self._lock:
            return self._seen.get(index, (0, None))[1]

    def refused(self, index: str, at: datetime) -> None:
        """One more wrong password."""
        with self._lock:
            failures = self._seen.pop(index, (0, None))[0] + 1
            self._seen[index] = failures, self._policy.until(failures, at)
            if len(self._seen) > self._most:
                self._seen.popitem(last=False)
