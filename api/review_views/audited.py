"""The audit log as documents, and what a stored estimate is when it is made again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.documents import Document
from api.schemas import Money
from claims.audit import Entry, Head
from claims.audit_check import FaultKind
from claims.audit_facts import Told
from claims.desk.auditing import Verified
from claims.moved import Moved, Source
from claims.replay import Difference, Replay
from claims.triage import Route
from model.texts import Texts

_SHOWN = 100
Link = Annotated[str, StringConstraints(pattern=r"^\d{1,18}:[0-9a-f]{64}$")]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class EntryOut(_Shown):
    """An entry as it is stored. `hash` covers everything else in it, `previous` is the hash of the one before."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    object: str
    facts: dict[str, Told]
    previous: str
    hash: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """All of it."""
        return cls(**{**{name: getattr(entry, name) for name in cls.model_fields}, "facts": dict(entry.facts)})


class Links(Document):
    """Links that were kept elsewhere, such as the lines `audit anchor SEQ:HASH` of the service's log.

    Five hundred of the longest fit into a document.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"anchors": [f"1024:{'9f' * 32}"]}, {}]})

    anchors: tuple[Link, ...] = Field(default=(), max_length=500)

    @property
    def heads(self) -> list[Head]:
        """Number and hash of each."""
        pairs = (link.split(":") for link in self.anchors)
        return [Head(int(seq), digest) for seq, digest in pairs]


class FaultOut(_Shown):
    """What is wrong at the entries `seq` to `last`."""

    kind: FaultKind
    seq: int
    last: int
    text: str


class VerifiedOut(_Shown):
    """Whether the log is whole: `entries` were read and compared with `anchors` links. The first hundred `faults`."""

    whole: bool
    entries: int
    anchors: int
    count: int
    faults: list[FaultOut]

    @classmethod
    def of(cls, found: Verified, texts: Texts) -> Self:
        """In one language."""
        shown = [
            FaultOut(kind=fault.kind, seq=fault.seq, last=fault.last, text=texts.say(fault.note))
            for fault in found.faults[:_SHOWN]
        ]
        count = len(found.faults)
        return cls(whole=not count, entries=found.entries, anchors=found.links, count=count, faults=shown)


class DifferenceOut(_Shown):
    """A place of the estimate with both values as JSON; null: it is not there."""

    where: str
    stored: str | None
    now: str | None

    @classmethod
    def of(cls, one: Difference) -> Self:
        """All of it."""
        return cls(where=one.where, stored=one.stored, now=one.now)


class MovedOut(_Shown):
    """What exchanging the `sources` for those of today would change of the total, the route, or both."""

    sources: list[Source]
    before: Money
    after: Money
    currency: str
    route_before: Route
    route_after: Route
    text: str

    @classmethod
    def of(cls, moved: Moved, texts: Texts) -> Self:
        """In one language."""
        own = {name: getattr(moved, name) for name in cls.model_fields if name not in {"sources", "text"}}
        return cls(sources=list(moved.sources), text=texts.say(moved.note), **own)


class ReplayOut(_Shown):
    """`same`: made again from its photos and versions, the estimate is what is stored, to the byte.

    `moved` is what today's model, prices, rules or policy would change, one after the other; null unless asked for.
    """

    same: bool
    count: int = Field(description="places that differ; the first hundred are listed")
    differences: list[DifferenceOut]
    moved: list[MovedOut] | None

    @classmethod
    def of(cls, found: Replay, moved: Sequence[Moved] | None, texts: Texts) -> Self:
        """In one language."""
        return cls(
            same=found.same,
            count=len(found.differences),
            differences=[DifferenceOut.of(one) for one in found.differences[:_SHOWN]],
            moved=None if moved is None else [MovedOut.of(one, texts) for one in moved],
        )
