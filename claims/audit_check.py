"""Is the audit chain whole? Reads it once, in the order in which it is stored, and names every entry at fault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from claims.audit import GENESIS, Entry, Head, hash_of
from model.notes import Note, note


class FaultKind(StrEnum):
    """What can be wrong."""

    ALTERED = "altered"
    UNLINKED = "unlinked"
    MISSING = "missing"
    DUPLICATED = "duplicated"
    MOVED = "moved"
    TRUNCATED = "truncated"
    BEYOND_HEAD = "beyond_head"
    OTHER_HISTORY = "other_history"
    UNSEALED = "unsealed"
    HEADLESS = "headless"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault at the entry ``seq``, or at all of ``seq`` to ``last``.

    altered: the content is not that of its hash · unlinked: it does not follow the entry before · missing: a number
    that is not there · duplicated, moved: a number that came before, or too late · truncated: the chain ends before its
    head or an anchor · beyond_head: it goes on after its head · other_history: its hash is not that of its anchor ·
    unsealed: where the log ends was written by somebody without its key · headless: where it ends is not recorded.
    """

    seq: int
    kind: FaultKind
    last: int

    @property
    def note(self) -> Note:
        """In words."""
        return note(f"audit.{self.kind}", seq=self.seq, last=self.last)


def verify(
    entries: Iterable[Entry],
    *,
    key: bytes | None = None,
    head: Head | None = None,
    anchors: Sequence[Head] = (),
    since: Head = GENESIS,
) -> tuple[Fault, ...]:
    """Every fault, by entry; empty for a chain that is whole.

    ``head`` is the last link as the service keeps it, read in the same transaction as the entries; ``anchors`` are
    links that were kept elsewhere. Without either, entries cut off at the end leave no trace. ``since`` begins after a
    link that was verified before.
    """
    known = {link.seq: link.hash for link in anchors if link.seq > since.seq}
    walk = _Walk(key=key, latest=since, known=known, head=head)
    for entry in entries:
        walk.step(entry)
    return tuple(sorted(set(walk.faults()) | set(_contradictions(anchors, head, since))))


def _contradictions(anchors: Sequence[Head], head: Head | None, since: Head) -> Iterable[Fault]:
    """Links that cannot both be true."""
    links = [since, *anchors, *([head] if head else [])]
    told: dict[int, str] = {}
    for link in links:
        if told.setdefault(link.seq, link.hash) != link.hash:
            yield Fault(link.seq, FaultKind.OTHER_HISTORY, link.seq)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """Where the reading is. ``latest`` is the highest number read so far and the hash of that entry."""

    key: bytes | None
    latest: Head
    known: Mapping[int, str]
    head: Head | None
    found: list[Fault] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)

    def step(self, entry: Entry) -> None:
        if not isinstance(entry.seq, int) or entry.seq < 1:
            self._add(FaultKind.ALTERED, 0)
            return
        self._content(entry)
        if entry.seq <= self.latest.seq:
            self._add(FaultKind.MOVED if self._fills_a_gap(entry.seq) else FaultKind.DUPLICATED, entry.seq)
            return
        if entry.seq > self.latest.seq + 1:
            self.gaps.append((self.latest.seq + 1, entry.seq - 1))
        elif entry.previous != self.latest.hash:
            self._add(FaultKind.UNLINKED, entry.seq)
        self.latest = Head(entry.seq, entry.hash)

    def faults(self) -> Iterable[Fault]:
        """All of them, once everything was read."""
        yield from self.found
        yield from (Fault(first, FaultKind.MISSING, last) for first, last in self.gaps)
        ends = self.latest.seq
        expected = max([*self.known, self.head.seq if self.head else 0])
        if expected > ends:
            yield Fault(ends + 1, FaultKind.TRUNCATED, expected)
        if self.head and self.head.seq < ends:
            yield Fault(self.head.seq + 1, FaultKind.BEYOND_HEAD, ends)

    def _content(self, entry: Entry) -> None:
        try:
            right = hash_of(entry, self.key) == entry.hash
        except (TypeError, ValueError, AttributeError, OverflowError):
            right = False
        if not right:
            self._add(FaultKind.ALTERED, entry.seq)
        for link in (self.known.get(entry.seq), self.head.hash if self.head and self.head.seq == entry.seq else None):
            if link is not None and link != entry.hash:
                self._add(FaultKind.OTHER_HISTORY, entry.seq)

    def _fills_a_gap(self, seq: int) -> bool:
        for place, (first, last) in enumerate(self.gaps):
            if first <= seq <= last:
                self.gaps[place : place + 1] = [g for g in ((first, seq - 1), (seq + 1, last)) if g[0] <= g[1]]
                return True
        return False

    def _add(self, kind: FaultKind, seq: int) -> None:
        self.found.append(Fault(seq, kind, seq))
