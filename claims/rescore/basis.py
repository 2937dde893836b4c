"""What a run rests on, written before its first chunk: ``run.json``, and the tables, rules and policy as they were."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from claims.rescore.origin import Origin
from claims.rescore.whole_files import write_whole
from claims.rescore.work import Earlier
from claims.rule_sources import RuleFile, Source
from model.errors import RescoreError
from model.naming import shown_name

FORM: Final = 1
RUN: Final = "run.json"
HIDDEN: Final = ".run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """``versions`` as every assessment cites them. ``on``: the day whose prices hold; None for each case's own.
    ``today``: when the run began; cases that have no day are decided as of it. ``region`` of cases that name none.
    ``earlier``: hash of the run that it is compared with.

    Nothing rests on the others: ``told`` says for people where cases came from, ``origin`` so that they can be read
    again, ``language`` is that of the report. The last two are None in a run that an earlier QuickClaim began."""

    versions: Mapping[str, str]
    looked_with: str
    sources: tuple[Source, ...] = field(repr=False)
    on: date | None
    today: date
    region: str
    earlier: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None
    language: str | None = None

    @classmethod
    def read(cls, out: Path) -> Self | None:
        """Of the run in this folder; None where there is none. Raises ``RescoreError`` ``rescore.run_unreadable``."""
        try:
            return cls._of(json.loads((out / RUN).read_bytes()), out / HIDDEN / "sources")
        except FileNotFoundError:
            if (out / RUN).exists():
                raise _unreadable(out) from None
            return None
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise _unreadable(out) from error

    def write(self, out: Path) -> None:
        """Raises ``RescoreError`` ``no_space`` or ``not_writable``."""
        aside = out / HIDDEN / "new"
        for source in self.sources:
            write_whole(out / HIDDEN / "sources" / source.file, source.content.encode(), aside=aside, lasting=True)
        content = json.dumps(self._document(), ensure_ascii=False, indent=2) + "\n"
        write_whole(out / RUN, content.encode(), aside=aside, lasting=True)

    def differences(self, other: Self) -> tuple[str, ...]:
        """The names of what differs between two runs."""
        files = {source.file: source.sha256 for source in self.sources}
        changed = [source.file.value for source in other.sources if files.get(source.file) != source.sha256]
        names = ("looked_with", "on", "today", "region", "earlier")
        return (*(name for name in names if getattr(self, name) != getattr(other, name)), *changed)

    @property
    def footing(self) -> str:
        """SHA-256 of what another run that is compared with this one rests on."""
        told = (self.looked_with, str(self.on), *(source.sha256 for source in self.sources))
        return sha256("\n".join(told).encode()).hexdigest()

    def as_earlier(self, out: Path) -> Earlier:
        """For another run that is compared with this one."""
        return Earlier(
            out=out,
            versions=dict(self.versions),
            looked_with=self.looked_with,
            sources=self.sources,
            priced_on=self.on,
        )

    @classmethod
    def _of(cls, told: Mapping[str, Any], folder: Path) -> Self:
        if told["form"] != FORM:
            raise ValueError("of another QuickClaim")
        return cls(
            versions=dict(told["versions"]),
            looked_with=str(told["looked_with"]),
            sources=tuple(_sources(told["sources"], folder)),
            on=None if told["on"] is None else date.fromisoformat(told["on"]),
            today=date.fromisoformat(told["today"]),
            region=str(told["region"]),
            earlier=told["earlier"],
            told=dict(told["told"]),
            origin=None if told.get("origin") is None else Origin.of(told["origin"]),
            language=told.get("language"),
        )

    def _document(self) -> dict[str, Any]:
        return {
            "form": FORM,
            "versions": dict(self.versions),
            "looked_with": self.looked_with,
            "sources": {one.file: {"version": one.version, "sha256": one.sha256} for one in self.sources},
            "on": self.on and self.on.isoformat(),
            "today": self.today.isoformat(),
            "region": self.region,
            "earlier": self.earlier,
            "told": dict(self.told),
            "origin": self.origin and self.origin.document,
            "language": self.language,
        }


def _sources(told: Mapping[str, Mapping[str, str]], folder: Path) -> Iterable[Source]:
    for file in RuleFile:
        content = (folder / file).read_bytes().decode("utf-8")
        source = Source(file=file, version=told[file]["version"], content=content)
        if source.sha256 != told[file]["sha256"]:
            raise ValueError(f"{file} is not the one of the run")
        yield source


def _unreadable(out: Path) -> RescoreError:
    return RescoreError("run_unreadable", out.name, folder=shown_name(str(out)))
