"""Where the cases of a run come from, kept with the run so that they can be read again."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from claims.rescore.photo_files_s3 import is_s3
from claims.states import CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class FromDatabase:
    """Cases of the service: reported from ``since`` on and before ``until`` (days of the market), in any of
    ``states``, last assessed by ``model``. What is not said leaves nothing out."""

    since: date | None = None
    until: date | None = None
    states: frozenset[CaseState] = frozenset()
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """``cases``: those of the service, or a manifest: an ``s3://`` address, or a path as seen from the run's folder,
    which holds when both move together and names no more folders than lie between them. ``limit``: only so many rows.
    """

    cases: str | FromDatabase
    limit: int | None = None

    @classmethod
    def seen_from(cls, out: Path, cases: str | FromDatabase, limit: int | None) -> Self:
        """``cases`` as asked for in the working folder."""
        if isinstance(cases, str) and not is_s3(cases):
            folder, name = os.path.split(cases)
            cases = str(Path(os.path.relpath(os.path.realpath(folder), os.path.realpath(out))) / name)
        return cls(cases=cases, limit=limit)

    def cases_for(self, out: Path) -> str | FromDatabase:
        """What reads the cases again, for the run in the folder ``out``."""
        if isinstance(self.cases, FromDatabase) or is_s3(self.cases):
            return self.cases
        return os.path.normpath(Path(os.path.realpath(out)) / self.cases)

    @property
    def document(self) -> dict[str, Any]:
        """As JSON."""
        if isinstance(self.cases, str):
            return {"manifest": self.cases, "limit": self.limit}
        asked = self.cases
        wanted = {
            "since": asked.since and asked.since.isoformat(),
            "until": asked.until and asked.until.isoformat(),
            "states": sorted(asked.states),
            "model": asked.model,
        }
        return {"database": wanted, "limit": self.limit}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """From ``document``. Raises ``ValueError``, ``LookupError`` or ``TypeError`` for another document."""
        if "manifest" in told:
            return cls(cases=str(told["manifest"]), limit=told["limit"])
        asked = told["database"]
        since, until = (None if asked[end] is None else date.fromisoformat(asked[end]) for end in ("since", "until"))
        states = frozenset(map(CaseState, asked["states"]))
        return cls(
            cases=FromDatabase(since=since, until=until, states=states, model=asked["model"]), limit=told["limit"]
        )
